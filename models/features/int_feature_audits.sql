{#-
    What this run computed is judged here, athlete by athlete, before it is published. Whoever has a
    finding keeps the tables of the last run, and monitoring.health names them.
-#}
{%- set heart_rate_features = [
    'hr_reserve_share', 'trimp', 'edwards_trimp', 'lucia_trimp', 'heart_rate_load', 'z1_s', 'z5_s',
    'z1_share', 'z5_share', 'efficiency_factor', 'steady_speed_mps',
] -%}
{%- set activity_checks = {
    'a load that is missing, negative or above 16200': 'coalesce(training_load, -1e0) < 0e0 or training_load > 16200e0',
    'a share of the heart-rate reserve outside 0 to 1': 'hr_reserve_share < 0e0 or hr_reserve_share > 1e0',
    'shares of zones that do not add up to 1': 'abs(z1_share + z2_share + z3_share + z4_share + z5_share - 1e0) > 1e-9',
    'a feature of the heart rate without a heart rate':
        'mean_hr_bpm is null and (heart_rate_detail is not null or coalesce(' ~ heart_rate_features | join(', ') ~ ') is not null)',
    'a heart rate without its points': 'mean_hr_bpm is not null and (edwards_trimp is null or lucia_trimp is null or heart_rate_detail is null)',
} -%}
{#- No method gives more than 225 an hour, and nothing lasts longer than three days. -#}
{%- set day_checks = {
    'int_daily_features': {
        'a load that is missing, negative or above 50000': 'coalesce(training_load, -1e0) < 0e0 or training_load > 50000e0',
        'a day before the first': 'coalesce(day_index, -1) < 0',
    },
    'int_rolling_features': {
        'a CTL that is missing, negative or above 50000': 'coalesce(ctl, -1e0) < 0e0 or ctl > 50000e0',
        'an ATL that is missing, negative or above 50000': 'coalesce(atl, -1e0) < 0e0 or atl > 50000e0',
        'an ACWR outside 0 to 4': 'acwr < 0e0 or acwr > 4.000001e0',
        'an uncoupled ACWR outside 0 to a 35th of the load of 7 days': 'acwr_uncoupled < 0e0 or acwr_uncoupled > load_7d / 34.999999e0',
        'an ACWR of averages outside 0 to 3.625': 'acwr_ewma < 0e0 or acwr_ewma > 3.625001e0',
        'a monotony outside 0 to 10': 'monotony < 0e0 or monotony > 10e0',
    },
} -%}
with

updates as (

    select * from {{ ref('int_feature_updates') }}

),

wanted as (

    select
        inputs.athlete_id,
        inputs.activity_id

    from {{ ref('int_activity_inputs') }} as inputs
    inner join updates
        on inputs.athlete_id = updates.athlete_id
        and inputs.activity_date >= updates.first_day

),

activities as (

    select
        coalesce(wanted.athlete_id, batch.athlete_id) as athlete_id,
        case
            when
                count(wanted.activity_id) < count(*)
                or count(batch.activity_id) < count(*)
                or count(distinct batch.activity_id) < count(*)
                then 'activities that are missing, twice or of nobody'
            {%- for finding, condition in activity_checks.items() %}
            when max(case when {{ condition }} then 1 else 0 end) = 1 then '{{ finding }}'
            {%- endfor %}
        end as finding

    from wanted
    full outer join {{ ref('int_activity_features') }} as batch
        on wanted.athlete_id = batch.athlete_id
        and wanted.activity_id = batch.activity_id
    group by coalesce(wanted.athlete_id, batch.athlete_id)

),

{% for table, checks in day_checks.items() -%}
{%- set batch = ref(table) -%}
{{ table }} as (

    select
        updates.athlete_id,
        case
            when
                coalesce(min(batch.feature_date) <> max(updates.from_day), true)
                or coalesce(max(batch.feature_date) <> max(updates.last_day), true)
                or count(distinct batch.feature_date) < count(*)
                or count(*) <> max({{ days_between('updates.from_day', 'updates.last_day') }}) + 1
                then 'days that are missing, twice or outside the history'
            {%- for finding, condition in checks.items() %}
            when max(case when {{ condition }} then 1 else 0 end) = 1 then '{{ finding }}'
            {%- endfor %}
        end as finding

    from updates
    left join {{ batch }} as batch on updates.athlete_id = batch.athlete_id
    where updates.from_day <= updates.last_day
    group by updates.athlete_id

),

{% endfor -%}
final as (

    select
        updates.athlete_id,
        updates.first_day,
        updates.last_day,
        updates.fingerprint_before,
        updates.fingerprint,
        case
            when activities.finding is not null then 'activity_features: ' || activities.finding
            when daily.finding is not null then 'daily_features: ' || daily.finding
            when rolling.finding is not null then 'rolling_features: ' || rolling.finding
        end as finding,
        '{{ invocation_id }}' as run_id

    from updates
    left join activities on updates.athlete_id = activities.athlete_id
    left join int_daily_features as daily on updates.athlete_id = daily.athlete_id
    left join int_rolling_features as rolling on updates.athlete_id = rolling.athlete_id

)

select * from final
