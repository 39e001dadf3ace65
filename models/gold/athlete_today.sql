with

rolling_features as (

    select * from {{ ref('rolling_features') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

final as (

    select
        athletes.athlete_id,
        athletes.as_of_date,
        rolling_features.days_of_history,
        rolling_features.ctl,
        rolling_features.atl,
        rolling_features.tsb,
        rolling_features.acwr,
        rolling_features.load_7d,
        rolling_features.run_distance_7d_m,
        rolling_features.run_distance_28d_m

    from athletes
    left join rolling_features
        on athletes.athlete_id = rolling_features.athlete_id
        and athletes.as_of_date = rolling_features.feature_date

)

select * from final
