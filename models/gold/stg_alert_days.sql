with

rolling_features as (

    select * from {{ ref('rolling_features') }}

),

daily_features as (

    select * from {{ ref('daily_features') }}

),

days as (

    select
        rolling_features.athlete_id,
        rolling_features.feature_date,
        rolling_features.days_of_history,
        rolling_features.ctl,
        rolling_features.atl,
        rolling_features.tsb_end_of_day / nullif(rolling_features.ctl, 0e0) as relative_form,
        rolling_features.ramp,
        rolling_features.monotony,
        rolling_features.acwr,
        rolling_features.session_spike,
        rolling_features.days_since_last_run,
        rolling_features.longest_run_30d_m,
        daily_features.longest_run_m,
        daily_features.runs > 0 as has_run,
        daily_features.training_load > 0e0 as has_load

    from rolling_features
    inner join daily_features
        on rolling_features.athlete_id = daily_features.athlete_id
        and rolling_features.feature_date = daily_features.feature_date

),

numbered as (

    select
        *,
        max(case when has_load then feature_date end) over (
            partition by athlete_id order by feature_date asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as active_day_before

    from days

),

-- A month without any training is a break, as is a month without a run.
returns as (

    select
        *,
        max(
            case
                when has_load and {{ days_between('active_day_before', 'feature_date') }} > 30
                    then feature_date
            end
        ) over (
            partition by athlete_id order by feature_date asc nulls last
            rows between unbounded preceding and current row
        ) as return_date

    from numbered

),

final as (

    select
        *,
        {{ days_between('return_date', 'feature_date') }} as days_since_break,
        case
            when has_run
                then
                    1 + lag(days_since_last_run) over (
                        partition by athlete_id order by feature_date asc nulls last
                    )
        end as days_since_run_before,
        lag(longest_run_30d_m) over (
            partition by athlete_id order by feature_date asc nulls last
        ) as longest_run_before_m,
        count(case when has_run then 1 end) over (
            partition by athlete_id order by feature_date asc nulls last
            rows between 30 preceding and 1 preceding
        ) as run_days_before,
        -- The three weeks before the last seven days, the base of the ratio.
        count(case when has_load then 1 end) over (
            partition by athlete_id order by feature_date asc nulls last
            rows between 27 preceding and 7 preceding
        ) as active_days_before

    from returns

)

select * from final
