-- Events on the day after a race give the features of a careless join, which include the race.
select
    race_id,
    athlete_id,
    distance_m,
    cast(race_date + interval 1 day as date) as day_after

from {{ ref('training_set') }}
where unused_reason is null
