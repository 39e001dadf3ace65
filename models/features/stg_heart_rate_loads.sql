{#-
    From the time at each heart rate where the recording has one, else from the mean alone, which
    reads lower: TRIMP is convex. Both become rows of heart rate and seconds.
-#}
with

inputs as (

    select * from {{ ref('stg_activity_inputs') }}

),

thresholds as (

    select * from {{ ref('stg_activity_thresholds') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

recorded as (

    select
        seconds.athlete_id,
        seconds.activity_id,
        cast(seconds.bpm as double) as bpm,
        seconds.seconds,
        true as is_recorded

    from {{ ref('heart_rate_seconds') }} as seconds
    inner join thresholds
        on seconds.athlete_id = thresholds.athlete_id
        and seconds.activity_id = thresholds.activity_id

),

averaged as (

    select
        athlete_id,
        activity_id,
        avg_hr_bpm as bpm,
        duration_s as seconds,
        false as is_recorded

    from inputs
    where
        avg_hr_bpm is not null
        and not exists (
            select 1
            from recorded
            where
                recorded.athlete_id = inputs.athlete_id
                and recorded.activity_id = inputs.activity_id
        )

),

rates as (

    select * from recorded
    union all
    select * from averaged

),

placed as (

    select
        rates.athlete_id,
        rates.activity_id,
        rates.bpm,
        rates.seconds,
        rates.is_recorded,
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
    -- Beyond these it is the sensor that failed.
    where
        rates.bpm >= 0.7e0 * thresholds.resting_hr_bpm
        and rates.bpm <= 1.5e0 * thresholds.max_hr_bpm

),

final as (

    select
        athlete_id,
        activity_id,
        bool_or(is_recorded) as is_recorded,
        sum(seconds) as hr_seconds,
        sum(seconds * bpm) / sum(seconds) as mean_hr_bpm,
        sum({{ trimp('seconds', 'reserve_share', 'sex') }}) as trimp,
        sum({{ edwards_points('max_hr_share') }} * seconds / 60e0) as edwards_trimp,
        {%- for zone in heart_rate_zones() %}
        sum(case when {{ zone.condition }} then seconds else 0e0 end) as z{{ zone.number }}_s,
        {%- endfor %}
        sum({{ lucia_points('lthr_share') }} * seconds / 60e0) as lucia_trimp

    from placed
    group by athlete_id, activity_id
    having sum(seconds) > 0e0

)

select * from final
