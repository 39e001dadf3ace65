with

backtest as (

    select
        *,
        abs(predicted_time_s - race_time_s) as error_s,
        abs(baseline_time_s - race_time_s) as baseline_error_s

    from {{ ref('backtest_predictions') }}

),

scoped as (

    select
        *,
        'all' as scope

    from backtest

    union all

    select
        *,
        distance_label as scope

    from backtest

),

final as (

    select
        scope,
        cast(count(*) as bigint) as races,
        cast(count(baseline_error_s) as bigint) as races_with_baseline,
        avg(error_s) as mae_s,
        100e0 * avg(error_s / race_time_s) as mape_pct,
        100e0 * avg(predicted_time_s / race_time_s - 1e0) as bias_pct,
        100e0 * avg(case when race_time_s between lower_80_s and upper_80_s then 1e0 else 0e0 end)
            as interval_coverage_pct,
        -- Model and baseline are compared on the same races: those with a race before them.
        100e0 * avg(case when baseline_error_s is not null then error_s / race_time_s end)
            as paired_mape_pct,
        100e0 * avg(baseline_error_s / race_time_s) as baseline_mape_pct,
        100e0 * (
            1e0
            - avg(case when baseline_error_s is not null then error_s / race_time_s end)
            / nullif(avg(baseline_error_s / race_time_s), 0e0)
        ) as skill_pct

    from scoped
    group by scope

)

select * from final
