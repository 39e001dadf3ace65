with

updates as (

    select * from {{ ref('int_feature_updates') }}

),

inputs as (

    select
        inputs.athlete_id,
        inputs.activity_id,
        inputs.activity_date,
        cast(date_trunc('month', inputs.activity_date) as date) as month_start

    from {{ ref('int_activity_inputs') }} as inputs
    inner join updates
        on inputs.athlete_id = updates.athlete_id
        and inputs.activity_date >= updates.first_day

),

stated as (

    select
        inputs.athlete_id,
        inputs.activity_id,
        max(case when said.setting = 'max_hr_bpm' then said.value end) as max_hr_bpm,
        max(case when said.setting = 'resting_hr_bpm' then said.value end)
            as resting_hr_bpm,
        max(case when said.setting = 'lthr_bpm' then said.value end) as lthr_bpm,
        max(case when said.setting = 'threshold_pace_s_per_km' then 1e3 / said.value end)
            as threshold_speed_mps,
        max(case when said.setting = 'ftp_w' then said.value end) as ftp_w,
        max(case when said.setting = 'css_s_per_100m' then 1e2 / said.value end)
            as css_mps

    from inputs
    inner join {{ ref('athlete_settings') }} as said
        on inputs.athlete_id = said.athlete_id
        and inputs.activity_date >= said.valid_from
        and inputs.activity_date < said.valid_until
        and said.value > 0e0
    group by inputs.athlete_id, inputs.activity_id

),

estimated as (

    select * from {{ ref('int_estimated_thresholds') }}

),

in_force as (

    select
        inputs.athlete_id,
        inputs.activity_id,
        coalesce(stated.max_hr_bpm, estimated.max_hr_bpm, {{ var('assumed_max_hr_bpm') }}e0)
            as max_hr_bpm,
        coalesce(stated.resting_hr_bpm, {{ var('assumed_resting_hr_bpm') }}e0) as resting_hr_bpm,
        stated.lthr_bpm,
        coalesce(stated.threshold_speed_mps, estimated.threshold_speed_mps) as threshold_speed_mps,
        coalesce(stated.ftp_w, estimated.ftp_w) as ftp_w,
        stated.css_mps,
        case
            when stated.lthr_bpm is not null then 'given'
            when stated.max_hr_bpm + stated.resting_hr_bpm > 0e0 then 'derived'
            when coalesce(stated.max_hr_bpm, estimated.max_hr_bpm) is null then 'assumed'
            when stated.resting_hr_bpm is null then 'assumed'
            else 'estimated'
        end as heart_rate_source,
        case when stated.threshold_speed_mps is not null then 'given' else 'estimated' end
            as pace_source,
        case when stated.ftp_w is not null then 'given' else 'estimated' end as power_source

    from inputs
    left join stated
        on inputs.athlete_id = stated.athlete_id
        and inputs.activity_id = stated.activity_id
    left join estimated
        on inputs.athlete_id = estimated.athlete_id
        and inputs.month_start = estimated.month_start

),

final as (

    select
        athlete_id,
        activity_id,
        max_hr_bpm,
        resting_hr_bpm,
        -- Without a test it lies at 85 % of the reserve.
        coalesce(lthr_bpm, resting_hr_bpm + 0.85e0 * (max_hr_bpm - resting_hr_bpm)) as lthr_bpm,
        threshold_speed_mps,
        ftp_w,
        css_mps,
        heart_rate_source,
        pace_source,
        power_source

    from in_force

)

select * from final
