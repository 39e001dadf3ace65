-- CTL never quite forgets: from the first day that only the API tells on, all features hold of it.
select
    athlete_id,
    min(activity_date) as first_api_day

from {{ ref('activities') }}
where is_api_only
group by athlete_id
