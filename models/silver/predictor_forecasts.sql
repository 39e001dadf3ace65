with

landed as (

    select * from {{ ref('landed_forecasts') }}

),

latest as (

    select
        *,
        row_number() over (
            partition by athlete_id, predictor, forecast_date, race_date, distance_m
            order by ingested_at desc nulls last, predicted_time_s asc nulls last
        ) as recency

    from landed

),

final as (

    select
        athlete_id,
        predictor,
        forecast_date,
        race_date,
        distance_m,
        predicted_time_s,
        case when lower_time_s <= predicted_time_s then lower_time_s end as lower_time_s,
        case when upper_time_s >= predicted_time_s then upper_time_s end as upper_time_s,
        -- Between twice as slow as a walk and a little faster than any runner.
        predicted_time_s / nullif(distance_m, 0e0) >= 0.13e0
        and predicted_time_s / nullif(distance_m, 0e0) <= 1.5e0 as is_plausible,
        ingested_at

    from latest
    where recency = 1

)

select * from final
