with

decisions as (

    select * from {{ ref('int_last_decision') }}

),

erasures as (

    select max(ingested_at) as erased_at from {{ ref('landed_erasures') }}

),

usable as (

    select cast(count(*) as bigint) as usable_races from {{ ref('training_set') }}
    where unused_reason is null

),

-- Athletes' days differ by their zones; the latest one is the day of the training.
today as (

    select max(as_of_date) as decided_on from {{ ref('athletes') }}

),

final as (

    select
        today.decided_on,
        usable.usable_races > 0 and (
            {{ 'true' if var('force_training') else 'false' }}
            or decisions.standing_version is null
            or coalesce(erasures.erased_at > decisions.last_trained_at, false)
            or decisions.should_train
        ) as should_train,
        case
            when usable.usable_races = 0 then 'there is no race to train on'
            {%- if var('force_training') %}
            when true then 'you asked for it'
            {%- endif %}
            when decisions.standing_version is null then 'no version has been trained yet'
            when erasures.erased_at > decisions.last_trained_at
                then 'an athlete was erased since the last training'
            else decisions.reasons
        end as reasons,
        decisions.standing_version,
        decisions.standing_run_id

    from today
    cross join usable
    cross join erasures
    left join decisions on today.decided_on is not null

)

select * from final
