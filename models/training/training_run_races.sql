with

receipts as (

    select * from {{ ref('py_train_race_time') }}

),

training_set as (

    select * from {{ ref('training_set') }}

),

final as (

    select
        receipts.model_name,
        training_set.race_id,
        training_set.athlete_id,
        receipts.trained_at

    from receipts
    cross join training_set
    where
        receipts.training_races > 0
        and receipts.model_version is not null
        and training_set.unused_reason is null
        and {{ unseen('receipts', ['model_name', 'trained_at']) }}

)

select * from final
