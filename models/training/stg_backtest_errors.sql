{#- Athletes are the unit that is drawn anew; with fewer than five of them, races are. -#}
with

backtest as (

    select * from {{ ref('backtest_predictions') }}
    where predicted_time_s is not null

),

athletes as (

    select
        protocol,
        count(distinct athlete_id) as athletes

    from backtest
    group by protocol

),

final as (

    select
        backtest.protocol,
        backtest.race_id,
        backtest.athlete_id,
        backtest.distance_label,
        case when athletes.athletes < 5 then backtest.race_id else backtest.athlete_id end as unit,
        coalesce(backtest.is_warm, false) as is_warm,
        backtest.race_time_s,
        backtest.predicted_time_s / backtest.race_time_s - 1e0 as bias,
        abs(backtest.predicted_time_s / backtest.race_time_s - 1e0) as error,
        case
            when backtest.race_time_s between backtest.lower_80_s and backtest.upper_80_s then 1e0
            else 0e0
        end as is_inside,
        {% for name in baseline_names() -%}
        abs(backtest.{{ name }}_time_s / backtest.race_time_s - 1e0) as {{ name }}_error,
        {% endfor -%}
        (backtest.upper_80_s - backtest.lower_80_s) / backtest.predicted_time_s as width

    from backtest
    inner join athletes on backtest.protocol = athletes.protocol

)

select * from final
