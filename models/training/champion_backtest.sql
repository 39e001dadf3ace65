-- Kept when a version became champion, so that the next candidate meets it on the same races.
with

receipts as (

    select * from {{ ref('py_train_race_time') }}
    where model_role = 'champion'

),

backtest as (

    select * from {{ ref('backtest_predictions') }}
    where protocol = 'walk_forward' and predicted_time_s is not null

),

rows_to_keep as (

    select
        receipts.model_version,
        backtest.race_id,
        backtest.race_time_s,
        backtest.predicted_time_s,
        receipts.trained_at as kept_at

    from receipts
    cross join backtest

),

final as (

    select
        model_version,
        race_id,
        race_time_s,
        predicted_time_s,
        kept_at

    from rows_to_keep
    where {{ unseen('rows_to_keep', ['model_version', 'race_id']) }}

)

select * from final
