{#- What languages write between hours, minutes and seconds becomes a colon. -#}
{%- set text = namespace(sql="lower(name)") -%}
{%- for word, letter in [
    ('hours', 'h'), ('hour', 'h'), ('hrs', 'h'), ('hr', 'h'), ('std', 'h'), ('uur', 'h'),
    ('小时', 'h'), ('小時', 'h'), ('時間', 'h'), ('시간', 'h'),
    ('mins', 'm'), ('min', 'm'), ('分钟', 'm'), ('分鐘', 'm'), ('分', 'm'), ('분', 'm'),
] -%}
{%- set text.sql = "replace(" ~ text.sql ~ ", '" ~ word ~ "', '" ~ letter ~ "')" -%}
{%- endfor -%}
with

runs as (

    select
        *,
        ' ' || translate({{ text.sql }}, 'hm.''’′´', ':::::::') || ' ' as clock

    from {{ ref('stg_race_runs') }}

),

-- The first and the last time in a name: 1:31:57, 44:59, 1h31m57s or 3:28 hours.
read as (

    select
        *,
        {% for place, skipped in [('first', ''), ('last', '.*')] -%}
        {% set long = skipped ~ '[^0-9]([0-9]{1,2}) ?: ?([0-5][0-9]) ?: ?([0-5][0-9])[^0-9]' -%}
        {% set short = skipped ~ '[^0-9]([0-9]{1,3}) ?: ?([0-5][0-9])[^0-9]' -%}
        try_cast(regexp_extract(clock, '{{ long }}', 1) as int) as {{ place }}_hours,
        try_cast(regexp_extract(clock, '{{ long }}', 2) as int) as {{ place }}_minutes,
        try_cast(regexp_extract(clock, '{{ long }}', 3) as int) as {{ place }}_seconds,
        try_cast(regexp_extract(clock, '{{ short }}', 1) as int) as {{ place }}_major,
        try_cast(regexp_extract(clock, '{{ short }}', 2) as int) as {{ place }}_minor
        {{- ',' if not loop.last }}
        {% endfor %}
    from runs

),

-- A short time is minutes and seconds or hours and minutes; a round one is a plan.
timed as (

    select
        *,
        {% for place in ['first', 'last'] -%}
        {{ place }}_hours * 3600e0 + {{ place }}_minutes * 60e0 + {{ place }}_seconds
            as {{ place }}_long_s,
        case
            when {{ place }}_minor > 0 or {{ place }}_major % 5 > 0
                then {{ place }}_major * 60e0 + {{ place }}_minor
        end as {{ place }}_minutes_s,
        case
            when {{ place }}_minor % 15 > 0 then {{ place }}_major * 3600e0 + {{ place }}_minor * 60e0
        end as {{ place }}_hours_s
        {{- ',' if not loop.last }}
        {% endfor %}
    from read

),

-- The watch is seldom stopped early, and often late.
compared as (

    select
        athlete_id,
        activity_id,
        day_number,
        {% for place in ['first', 'last'] -%}
        {% for kind, slack in [('long', 0), ('minutes', 0), ('hours', 60)] -%}
        {% set seconds = place ~ '_' ~ kind ~ '_s' -%}
        {% for measured in ['elapsed_time_s', 'moving_time_s'] -%}
        coalesce(
            {{ measured }} - {{ seconds }} between -15e0 - 0.003e0 * {{ seconds }}
            and {{ 30 + slack }}e0 + 0.01e0 * {{ seconds }},
            false
        ) {{ 'or ' }}
        {%- endfor %}
        {%- endfor %}
        {%- endfor %} false as names_its_time

    from timed

),

-- Who writes the time into the name of every run tells nothing of a race by it.
final as (

    select
        athlete_id,
        activity_id,
        names_its_time
        and sum(case when names_its_time then 1e0 else 0e0 end) over year_before
        <= 0.25e0 * (count(*) over year_before + 20e0) as has_finish_time

    from compared
    window
        year_before as (
            partition by athlete_id
            order by day_number asc nulls last
            range between 365 preceding and current row
        )

)

select * from final
