with

entries as (

    select
        *,
        row_number() over (
            partition by race_id, days_ahead, is_shadow
            order by revision desc nulls last
        ) as recency

    from {{ ref('ledger_entries') }}

),

final as (

    select
        race_id,
        athlete_id,
        race_date,
        distance_label,
        days_ahead,
        model_version,
        model_role,
        is_shadow,
        prediction_date,
        predicted_time_s,
        lower_80_s,
        upper_80_s,
        race_time_s,
        predicted_time_s - race_time_s as error_s,
        100e0 * (predicted_time_s / race_time_s - 1e0) as error_pct,
        race_time_s between lower_80_s and upper_80_s as is_inside,
        baseline_time_s,
        baseline_time_s - race_time_s as baseline_error_s,
        support,
        refusal_reason,
        origin,
        revision,
        predicted_at,
        scored_at

    from entries
    where
        recency = 1
        and not is_withdrawn

)

select * from final
