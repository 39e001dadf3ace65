with

corrections as (

    select * from {{ ref('stg_current_corrections') }}
    where correction <> 'planned_races'

),

final as (

    select
        athlete_id,
        activity_id,
        max(case when correction = 'exclusions' then 1 else 0 end) = 1 as is_excluded,
        bool_or(is_race) as is_race,
        bool_or(is_maximal) as is_maximal,
        max(official_distance_m) as official_distance_m,
        max(official_time_s) as official_time_s,
        max(training_load) as training_load,
        max_by(sport_type, case when sport_type is not null then ingested_at end) as sport_type,
        max(case when correction = 'exclusions' then note end) as exclusion_reason,
        max(ingested_at) as known_at

    from corrections
    group by athlete_id, activity_id

)

select * from final
