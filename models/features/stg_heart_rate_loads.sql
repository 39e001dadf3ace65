{#-
    From the time at each heart rate where the recording has one for four fifths of the way, else
    from the mean alone, which reads lower: TRIMP is convex. Both become rows of heart rate and
    seconds. A strap that worked for less says nothing of the whole, nor of the time in zones.
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

recordings as (

    select
        seconds.athlete_id,
        seconds.activity_id,
        sum(seconds.seconds * seconds.bpm) / sum(seconds.seconds) as mean_hr_bpm,
        sum(seconds.seconds) >= 0.8e0 * min(inputs.duration_s) as is_whole

    from {{ ref('heart_rate_seconds') }} as seconds
    inner join inputs
        on seconds.athlete_id = inputs.athlete_id
        and seconds.activity_id = inputs.activity_id
    inner join thresholds
        on seconds.athlete_id = thresholds.athlete_id
        and seconds.activity_id = thresholds.activity_id
    where
        seconds.seconds > 0e0
        and {{ is_heart_rate('seconds.bpm', 'thresholds.resting_hr_bpm', 'thresholds.max_hr_bpm') }}
    group by seconds.athlete_id, seconds.activity_id

),

recorded as (

    select
        seconds.athlete_id,
        seconds.activity_id,
        cast(seconds.bpm as double) as bpm,
        seconds.seconds,
        true as is_recorded,
        false as is_partly_recorded

    from {{ ref('heart_rate_seconds') }} as seconds
    inner join recordings
        on seconds.athlete_id = recordings.athlete_id
        and seconds.activity_id = recordings.activity_id
    where recordings.is_whole

),

-- A mean that is but that of the samples there are, as rounded, knows no more than they do.
averaged as (

    select
        inputs.athlete_id,
        inputs.activity_id,
        inputs.avg_hr_bpm as bpm,
        inputs.duration_s as seconds,
        false as is_recorded,
        recordings.is_whole is not null as is_partly_recorded

    from inputs
    left join recordings
        on inputs.athlete_id = recordings.athlete_id
        and inputs.activity_id = recordings.activity_id
    where
        inputs.avg_hr_bpm is not null
        and (
            recordings.is_whole is null
            or (
                not recordings.is_whole
                and abs(inputs.avg_hr_bpm - recordings.mean_hr_bpm) > 0.5e0
            )
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
    where {{ is_heart_rate('rates.bpm', 'thresholds.resting_hr_bpm', 'thresholds.max_hr_bpm') }}

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
