{#- Upstream of the tables that it reads, so it reads what the last run left in them. -#}
with

updates as (

    select * from {{ ref('int_feature_updates') }}

),

daily as (

    {{ previous_run('daily_features') }}

),

rolling as (

    {{ previous_run('rolling_features') }}

),

final as (

    select
        updates.athlete_number,
        {{ days_between('updates.from_day', 'daily.feature_date') }} as new_day,
        daily.day_index,
        daily.training_load,
        daily.duration_s,
        daily.activities,
        daily.runs,
        daily.run_distance_m,
        daily.longest_run_m,
        daily.steady_runs,
        daily.steady_log_speed,
        daily.best_1k_s,
        daily.best_5k_s,
        daily.best_run_5k_s,
        daily.best_run_half_s,
        {%- for average in load_averages() %}
        rolling.{{ average.name }},
        {%- endfor %}
        daily.day_index - rolling.days_since_last_run as last_run

    from updates
    inner join daily
        on updates.athlete_id = daily.athlete_id
        and updates.first_day > daily.feature_date
        and daily.feature_date >= {{ days_after('updates.first_day', -83) }}
    inner join rolling
        on daily.athlete_id = rolling.athlete_id
        and daily.feature_date = rolling.feature_date

)

select * from final
