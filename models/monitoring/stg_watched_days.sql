with

states as (

    select * from {{ ref('rolling_features') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

-- Three years of reference and the weeks that are judged, to the last closed day. The first 126
-- days are left out: fitness begins at zero, and that is no past to compare with.
final as (

    select
        states.athlete_id,
        states.feature_date,
        states.ctl,
        states.atl,
        states.tsb,
        states.acwr,
        states.pace_trend_pct_28d,
        states.run_distance_7d_m,
        states.run_distance_28d_m,
        states.run_distance_84d_m,
        states.longest_run_60d_m,
        states.monotony,
        states.training_load

    from states
    inner join athletes on states.athlete_id = athletes.athlete_id
    where
        states.days_of_history > 126
        and states.feature_date < athletes.as_of_date
        and states.feature_date >= {{ days_after('athletes.as_of_date', -1109) }}

)

select * from final
