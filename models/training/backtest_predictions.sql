with

backtest as (

    select * from {{ ref('py_backtest_race_time') }}

),

served as (

    select * from {{ ref('py_read_served') }}

),

final as (

    select
        backtest.race_id,
        backtest.protocol,
        backtest.candidate,
        backtest.athlete_id,
        backtest.race_date,
        backtest.distance_label,
        backtest.distance_m,
        backtest.race_time_s,
        backtest.predicted_time_s,
        backtest.lower_80_s,
        backtest.upper_80_s,
        backtest.support,
        backtest.refusal_reason,
        backtest.is_warm,
        backtest.days_since_last_race,
        backtest.week_km,
        backtest.baseline_time_s,
        backtest.riegel_time_s,
        backtest.segments_time_s,
        backtest.vdot_time_s,
        backtest.same_distance_time_s,
        backtest.median_time_s,
        backtest.vickers_one_time_s,
        backtest.vickers_two_time_s,
        backtest.trained_on_races,
        backtest.is_chosen,
        backtest.candidate = served.candidate as is_served,
        backtest.data_fingerprint

    from backtest
    cross join served

)

select * from final
