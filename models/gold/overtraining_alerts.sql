{%- set numbers = {
    'value': as_words('facts.value'),
    'limit': as_words('rules.limit_value'),
    'distance_km': 'cast(round(facts.longest_run_m / 1000e0, 1) as string)',
    'before_km': 'cast(round(facts.longest_run_before_m / 1000e0, 1) as string)',
    'ctl': 'cast(cast(round(facts.ctl) as bigint) as string)',
    'atl': 'cast(cast(round(facts.atl) as bigint) as string)',
    'ramp': 'cast(round(facts.ramp, 1) as string)',
    'monotony': 'cast(round(facts.monotony, 1) as string)',
    'days_to_clear': 'cast(facts.days_to_clear as string)',
} -%}
with

facts as (

    select * from {{ ref('stg_alert_facts') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

texts as (

    select * from {{ ref('stg_alert_texts') }}

),

final as (

    select
        facts.athlete_id,
        facts.alert_date,
        facts.cause,
        rules.severity,
        facts.level,
        facts.value,
        rules.limit_value,
        {%- for language in alert_languages() %}
        texts.title_{{ language }},
        {{ filled(
            "(texts.text_" ~ language ~ " || case when facts.days_to_clear = 1 "
            ~ "then ' ' || texts.clears_tomorrow_" ~ language
            ~ " when facts.days_to_clear > 1 then ' ' || texts.clears_" ~ language
            ~ " else '' end || ' ' || texts.no_advice_" ~ language ~ ")",
            numbers,
            language
        ) }} as text_{{ language }},
        {%- endfor %}
        facts.days_to_clear,
        facts.activity_name,
        facts.is_muted,
        rules.is_sent and not facts.is_muted as is_sent_candidate

    from facts
    inner join rules
        on facts.cause = rules.cause
        and facts.level = rules.level
    left join texts on facts.cause = texts.cause

)

select * from final
