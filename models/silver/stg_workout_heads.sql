-- The most complete row of a workout is preferred. A row with a platform's name and id ranks before
-- a file, whose samples it gets anyway; then heart rate, a recording, distance.
select
    landed_row_id,
    athlete_id,
    said_sport_family,
    replace(sport, '_indoor', '') as sport_family,
    started_at,
    elapsed_time_s,
    distance_m,
    cast(started_at as date) as start_day,
    cast(started_at + interval '3' minute as date) as late_start_day,
    cast(row_number() over (
        partition by athlete_id
        order by
            (case when source_kind = 'device_file' then 1 else 0 end) asc nulls last,
            has_hr desc nulls last,
            has_recording desc nulls last,
            distance_m desc nulls last,
            activity_id asc nulls last
    ) as bigint) as richness

from {{ ref('stg_activity_versions') }}
where landed_row_id = head_row_id
