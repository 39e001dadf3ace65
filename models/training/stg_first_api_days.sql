-- CTL has an infinite memory, so all features after the first API-only activity depend on it.
select
    athlete_id,
    min(activity_date) as first_api_day

from {{ ref('activities') }}
where is_api_only
group by athlete_id
