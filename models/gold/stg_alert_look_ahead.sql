{#- Projects the four weeks after an alert without training. -#}
with

alerts as (

    select
        alerts.athlete_id,
        alerts.alert_date,
        alerts.cause,
        rules.bound,
        rules.clear_value

    from {{ ref('stg_alerts') }} as alerts
    inner join {{ ref('alert_rules') }} as rules
        on alerts.cause = rules.cause
        and alerts.level = rules.level
    where rules.clear_value is not null

),

rest_days as (

    select
        *,
        {{ day_series(days_after('alert_date', 1), days_after('alert_date', 28)) }} as rest_date

    from alerts

),

rolling_features as (

    select
        athlete_id,
        feature_date,
        training_load,
        ctl,
        atl

    from {{ ref('rolling_features') }}

),

paired as (

    select
        rest_days.*,
        rolling_features.training_load,
        rolling_features.ctl,
        rolling_features.atl,
        {{ days_between('rolling_features.feature_date', 'rest_days.rest_date') }} as days_back,
        {{ days_between('rest_days.alert_date', 'rest_days.rest_date') }} as days_of_rest

    from rest_days
    inner join rolling_features
        on rest_days.athlete_id = rolling_features.athlete_id
        and rest_days.alert_date >= rolling_features.feature_date
        and rolling_features.feature_date >= {{ days_after('rest_days.alert_date', -27) }}

),

remaining as (

    select
        athlete_id,
        alert_date,
        cause,
        bound,
        clear_value,
        days_of_rest,
        sum(case when days_back < 7 then training_load else 0e0 end) as load_7d,
        sum(case when days_back < 7 then training_load * training_load else 0e0 end) as squares_7d,
        sum(case when days_back < 28 then training_load else 0e0 end) as load_28d,
        max(case when days_back = 7 then ctl end) as ctl_week_before,
        max(case when days_back = days_of_rest then ctl end) as ctl_today,
        max(case when days_back = days_of_rest then atl end) as atl_today

    from paired
    group by athlete_id, alert_date, cause, bound, clear_value, days_of_rest

),

projected as (

    select
        *,
        case
            when cause in ('low_form', 'overload')
                then
                    1e0
                    - atl_today / ctl_today * exp(-days_of_rest * (1e0 / 7e0 - 1e0 / 42e0))
            when cause = 'fast_ramp'
                then
                    ctl_today * exp(-days_of_rest / 42e0)
                    - coalesce(ctl_week_before, ctl_today * exp(-(days_of_rest - 7) / 42e0))
            when cause = 'monotonous_ramp' and load_7d > 0e0
                then load_7d / sqrt(greatest(7e0 * squares_7d - load_7d * load_7d, 1e-9))
            when cause = 'acwr_classic' and load_28d > 0e0 then 4e0 * load_7d / load_28d
        end as projected_value

    from remaining

),

final as (

    select
        athlete_id,
        alert_date,
        cause,
        min(days_of_rest) as days_to_clear

    from projected
    where not coalesce({{ is_beyond('projected_value', 'clear_value') }}, false)
    group by athlete_id, alert_date, cause

)

select * from final
