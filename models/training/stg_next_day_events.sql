-- Asked for the day after a race, the honest macro gives what a careless join would: the race too.
select
    race_id,
    athlete_id,
    distance_m,
    cast(race_date + interval 1 day as date) as day_after

from {{ ref('training_set') }}
where unused_reason is null
