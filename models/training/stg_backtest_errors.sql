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
        predicted_time_s / race_time_s - 1e0 as bias,
        abs(predicted_time_s / race_time_s - 1e0) as error,
        case when race_time_s between lower_80_s and upper_80_s then 1e0 else 0e0 end as is_inside,
        (upper_80_s - lower_80_s) / predicted_time_s as width
        {%- for name in baseline_names() %},
        abs({{ name }}_time_s / race_time_s - 1e0) as {{ name }}_error
        {%- endfor %}

    from backtest
    inner join athletes on backtest.protocol = athletes.protocol

)

select * from final
