with

athletes as (

    select * from {{ ref('athletes') }}

),

gate as (

    select * from {{ ref('gate_results') }}

),

-- Results of this run, so that corrections on the same day are visible.
scores as (

    select * from {{ ref('py_score_race_time') }}

),

predictions as (

    select predictions.*
    from {{ ref('race_predictions') }} as predictions
    inner join athletes
        on predictions.athlete_id = athletes.athlete_id
        and predictions.prediction_date = athletes.as_of_date

),

criteria as (

    select
        count(*) as number,
        count(case when is_passed then 1 end) as met,
        nullif({{ joined_text('case when not is_passed then criterion end', 'criterion') }}, '')
            as not_met,
        nullif(
            {{ joined_text("case when status = 'blind' then criterion end", 'criterion') }}, ''
        ) as blind

    from gate

),

passed as (

    select
        'gate' as check_name,
        case
            when number = 0 then 'blind'
            when met < number then 'warn'
            else 'ok'
        end as status,
        cast(met as string) || ' of ' || cast(number as string) || ' criteria are met'
        || coalesce('; not met: ' || replace(not_met, ' ', ', '), '')
        || coalesce('; too few races to tell: ' || replace(blind, ' ', ', '), '')
        || '.' as detail

    from criteria

),

spoken as (

    select
        'champion' as check_name,
        case
            when count(*) = 0 then 'blind'
            when count(case when model_role = 'stage-1' then 1 end) > 0 then 'warn'
            else 'ok'
        end as status,
        cast(count(case when model_role = 'stage-1' then 1 end) as string)
        || ' of ' || cast(count(*) as string)
        || ' forecasts of today are by the fallback.'
        || coalesce(' ' || (select max(scores.fallback_detail) from scores), '')
        || coalesce(
            ' The installed code is another than that of version '
            || (
                select min(case when scores.is_carried_code then scores.model_version end)
                from scores
            )
            || ', which is scored by the code it carries.',
            ''
        ) as detail

    from predictions
    where model_role <> 'challenger'

),

shadowed as (

    select
        'challenger' as check_name,
        case
            when count(silent_challenger) > 0 then 'warn'
            when count(case when fallback_reason = 'registry_unreachable' then 1 end) = count(*)
                then 'blind'
            else 'ok'
        end as status,
        coalesce(
            'Version ' || min(silent_challenger) || ' is the challenger and can not be loaded.',
            case
                when count(case when model_role = 'challenger' then 1 end) > 0
                    then 'The challenger forecasts in the shadow.'
                else 'No challenger forecasts.'
            end
        ) as detail

    from scores

),

final as (

    select * from passed
    union all
    select * from spoken
    union all
    select * from shadowed

)

select * from final
