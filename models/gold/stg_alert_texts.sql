{#- One row per cause: its texts, and the sentences shared by all causes. -#}
{%- set shared = ['clears', 'clears_tomorrow', 'no_advice'] -%}
with

texts as (

    select * from {{ ref('alert_texts') }}

),

own as (

    select
        {%- for language, tag in alert_languages().items() %}
        max(case when language = '{{ tag }}' then title end) as title_{{ language }},
        max(case when language = '{{ tag }}' then text end) as text_{{ language }},
        {%- endfor %}
        text_key as cause

    from texts
    group by text_key

),

common as (

    select
        {%- for key in shared %}
        {%- for language, tag in alert_languages().items() %}
        max(case when text_key = '{{ key }}' and language = '{{ tag }}' then text end)
            as {{ key }}_{{ language }},
        {%- endfor %}
        {%- endfor %}
        count(*) as texts

    from texts

),

final as (

    select
        {%- for key in shared %}
        {%- for language in alert_languages() %}
        common.{{ key }}_{{ language }},
        {%- endfor %}
        {%- endfor %}
        own.*

    from own
    cross join common

)

select * from final  -- noqa: AM04
