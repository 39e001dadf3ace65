{#- One row per cause: its own texts, and those that all causes share. -#}
{%- set shared = ['clears', 'clears_tomorrow', 'no_advice'] -%}
with

texts as (

    select * from {{ ref('alert_texts') }}

),

own as (

    select
        {%- for language in ['en', 'pt'] %}
        max(case when language = '{{ language }}' then title end) as title_{{ language }},
        max(case when language = '{{ language }}' then text end) as text_{{ language }},
        {%- endfor %}
        text_key as cause

    from texts
    group by text_key

),

common as (

    select
        {%- for key in shared %}
        {%- for language in ['en', 'pt'] %}
        max(case when text_key = '{{ key }}' and language = '{{ language }}' then text end)
            as {{ key }}_{{ language }},
        {%- endfor %}
        {%- endfor %}
        count(*) as texts

    from texts

),

final as (

    select
        {%- for key in shared %}
        common.{{ key }}_en,
        common.{{ key }}_pt,
        {%- endfor %}
        own.*

    from own
    cross join common

)

select * from final  -- noqa: AM04
