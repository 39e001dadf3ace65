{#-
    From the mean alone TRIMP reads lower than from the time at each heart rate: it is convex. What
    is known of a part of the way only has no time in zones.
-#}
with

rates as (

    select * from {{ ref('stg_heart_rates') }}

),

thresholds as (

    select * from {{ ref('stg_activity_thresholds') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

placed as (

    select
        rates.athlete_id,
        rates.activity_id,
        rates.bpm,
        rates.seconds,
        rates.is_recorded,
        rates.is_partly_recorded,
        athletes.sex,
        rates.bpm / thresholds.lthr_bpm as lthr_share,
        rates.bpm / thresholds.max_hr_bpm as max_hr_share,
        {{ reserve_share('rates.bpm', 'thresholds.resting_hr_bpm', 'thresholds.max_hr_bpm') }}
            as reserve_share

    from rates
    inner join thresholds
        on rates.athlete_id = thresholds.athlete_id
        and rates.activity_id = thresholds.activity_id
    inner join athletes on rates.athlete_id = athletes.athlete_id

),

final as (

    select
        athlete_id,
        activity_id,
        bool_or(is_recorded) as is_recorded,
        bool_or(is_partly_recorded) as is_partly_recorded,
        sum(seconds) as hr_seconds,
        sum(seconds * bpm) / sum(seconds) as mean_hr_bpm,
        sum({{ trimp('seconds', 'reserve_share', 'sex') }}) as trimp,
        sum({{ edwards_points('max_hr_share') }} * seconds / 60e0) as edwards_trimp,
        {%- for zone in heart_rate_zones() %}
        sum(case
            when is_partly_recorded then null
            when {{ zone.condition }} then seconds
            else 0e0
        end) as z{{ zone.number }}_s,
        {%- endfor %}
        sum({{ lucia_points('lthr_share') }} * seconds / 60e0) as lucia_trimp

    from placed
    group by athlete_id, activity_id
    having sum(seconds) > 0e0

)

select * from final
