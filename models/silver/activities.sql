with

accepted as (

    select * from {{ ref('stg_activities') }}

),

survivors as (

    select * from {{ ref('stg_activity_survivors') }}
    where duplicate_reason is null

),

final as (

    select
        ---------- ids
        accepted.athlete_id,
        accepted.activity_id,
        accepted.landed_row_id,

        ---------- what
        accepted.name,
        accepted.sport,
        accepted.sport_type,
        accepted.is_race_flagged,

        ---------- when
        accepted.started_at,
        accepted.local_started_at,
        accepted.activity_date,

        ---------- measures
        accepted.elapsed_time_s,
        accepted.moving_time_s,
        accepted.distance_m,
        accepted.elevation_gain_m,
        accepted.avg_hr_bpm,
        accepted.max_hr_bpm,
        accepted.perceived_exertion,

        accepted.ingested_at

    from accepted
    inner join survivors on accepted.landed_row_id = survivors.landed_row_id

)

select * from final
