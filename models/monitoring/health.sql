{%- set parts = [
    'import', 'intake', 'rows', 'features', 'model', 'forecasts', 'predictions', 'monitors', 'ledger',
    'slices', 'volumes', 'record'
] -%}
with

checks as (

    select * from {{ ref('health_checks') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

today as (

    select max(as_of_date) as checked_on from athletes

),

answers as (

    {% for part in parts -%}
    select
        check_name,
        status,
        detail

    from {{ ref('stg_health_' ~ part) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A check without an answer is not a good answer.
final as (

    select
        checks.check_name,
        today.checked_on,
        checks.layer,
        coalesce(answers.status, 'blind') as status,
        coalesce(answers.detail, 'The check gave no answer.') as detail,
        case
            when answers.status = 'ok' then null
            when answers.status = 'blind'
                then
                    'No action while the data is new: the check needs more. If it stays blind: '
                    || checks.what_to_do
            else checks.what_to_do
        end as what_to_do

    from checks
    inner join today on today.checked_on is not null
    left join answers on checks.check_name = answers.check_name

)

select * from final
