with

athletes as (

    select * from {{ ref('athletes') }}

),

standard_distances as (

    select * from {{ ref('standard_distances') }}
    where is_forecast

),

final as (

    select
        athletes.athlete_id || ':' || standard_distances.distance_label as target_id,
        athletes.athlete_id,
        athletes.as_of_date as prediction_date,
        standard_distances.distance_label,
        cast(standard_distances.distance_m as double) as distance_m

    from athletes
    cross join standard_distances

)

select * from final
