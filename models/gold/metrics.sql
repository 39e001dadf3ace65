{#- The same definitions for every tool: value of a metric = sum(numerator) / sum(denominator). -#}
with

features as (

    select * from {{ ref('rolling_features') }}

),

ledger as (

    select * from {{ ref('prediction_ledger') }}
    where not is_shadow and error_s is not null

),

alerts as (

    select
        athlete_id,
        alert_date,
        cast(count(*) as double) as alerts

    from {{ ref('overtraining_alerts') }}
    where cause <> 'acwr_classic'
    group by athlete_id, alert_date

),

days as (

    select
        features.*,
        coalesce(alerts.alerts, 0e0) as alerts

    from features
    left join alerts
        on features.athlete_id = alerts.athlete_id
        and features.feature_date = alerts.alert_date

),

final as (

    {%- set of_days = {'ctl': 'ctl', 'tsb': 'tsb', 'alerts_per_athlete': '28e0 * alerts'} %}
    {%- for name, measure in of_days.items() %}
    select
        '{{ name }}' as metric,
        athlete_id || ':' || cast(feature_date as string) as subject_id,
        feature_date as metric_date,
        athlete_id,
        cast(null as string) as distance_label,
        cast(null as int) as days_ahead,
        {{ measure }} as numerator,
        1e0 as denominator

    from days
    where {{ measure }} is not null
    union all
    {%- endfor %}
    {%- set of_races = {
        'forecast_error': 'abs(error_s)',
        'coverage': 'case when is_inside then 1e0 else 0e0 end',
    } %}
    {%- for name, measure in of_races.items() %}
    select
        '{{ name }}' as metric,
        race_id || ':' || cast(days_ahead as string) as subject_id,
        race_date as metric_date,
        athlete_id,
        distance_label,
        days_ahead,
        {{ measure }} as numerator,
        1e0 as denominator

    from ledger
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
