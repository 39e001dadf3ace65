with

daily_features as (

    select * from {{ ref('daily_features') }}

),

fitness_fatigue as (

    select * from {{ ref('stg_fitness_fatigue') }}

),

joined as (

    select
        daily_features.*,
        fitness_fatigue.ctl,
        fitness_fatigue.atl

    from daily_features
    inner join fitness_fatigue
        on daily_features.athlete_id = fitness_fatigue.athlete_id
        and daily_features.feature_date = fitness_fatigue.feature_date

),

rolled as (

    select
        *,
        coalesce(lag(ctl - atl, 1) over days_in_order, 0e0) as tsb,
        sum(training_load) over last_7_days as load_7d,
        sum(training_load) over last_28_days as load_28d,
        sum(case when activities > 0 then 1 else 0 end) over last_28_days as active_days_28d,
        sum(run_distance_m) over last_7_days as run_distance_7d_m,
        sum(run_distance_m) over last_28_days as run_distance_28d_m,
        sum(run_distance_m) over last_84_days as run_distance_84d_m,
        max(longest_run_m) over last_60_days as longest_run_60d_m

    from joined
    window
        days_in_order as (
            partition by athlete_id order by feature_date asc nulls last
        ),
        last_7_days as (
            partition by athlete_id order by feature_date asc nulls last
            rows between 6 preceding and current row
        ),
        last_28_days as (
            partition by athlete_id order by feature_date asc nulls last
            rows between 27 preceding and current row
        ),
        last_60_days as (
            partition by athlete_id order by feature_date asc nulls last
            rows between 59 preceding and current row
        ),
        last_84_days as (
            partition by athlete_id order by feature_date asc nulls last
            rows between 83 preceding and current row
        )

),

final as (

    select
        athlete_id,
        feature_date,
        day_index + 1 as days_of_history,
        training_load,
        ctl,
        atl,
        tsb,
        ctl - atl as tsb_end_of_day,
        -- Without four weeks, four active days and some load the ratio is noise.
        case
            when day_index >= 27 and active_days_28d >= 4 and load_28d >= 28 * 5e0
                then (load_7d / 7e0) / (load_28d / 28e0)
        end as acwr,
        load_7d,
        load_28d,
        run_distance_7d_m,
        run_distance_28d_m,
        run_distance_84d_m,
        longest_run_60d_m

    from rolled

)

select * from final
