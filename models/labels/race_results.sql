with

candidates as (

    select * from {{ ref('stg_race_candidates') }}

),

names as (

    select * from {{ ref('stg_race_names') }}

),

judged as (

    select
        candidates.*,
        case
            when candidates.is_race_corrected then 'athlete'
            when not candidates.is_race_corrected then null
            when candidates.is_race_flagged then 'platform_flag'
            when names.has_race_word and not names.has_training_word then 'name'
        end as evidence

    from candidates
    inner join names
        on candidates.athlete_id = names.athlete_id
        and candidates.activity_id = names.activity_id

),

final as (

    select
        athlete_id || ':' || activity_id as race_id,
        athlete_id,
        activity_id,
        activity_date as race_date,
        name as race_name,
        distance_label,
        official_distance_m as distance_m,
        -- The official time, else the clock: it does not stop, and is not rescaled by GPS.
        race_time_s,
        gps_distance_m,
        evidence,
        is_maximal

    from judged
    where evidence is not null

)

select * from final
