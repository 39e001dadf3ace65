{#- Separators of hours, minutes and seconds in several languages, replaced by a colon. -#}
{%- set text = namespace(sql="lower(name)") -%}
{%- for word, letter in [
    ('hours', 'h'), ('hour', 'h'), ('hrs', 'h'), ('hr', 'h'), ('std', 'h'), ('uur', 'h'),
    ('小时', 'h'), ('小時', 'h'), ('時間', 'h'), ('시간', 'h'),
    ('mins', 'm'), ('min', 'm'), ('分钟', 'm'), ('分鐘', 'm'), ('分', 'm'), ('분', 'm'),
] -%}
{%- set text.sql = "replace(" ~ text.sql ~ ", '" ~ word ~ "', '" ~ letter ~ "')" -%}
{%- endfor -%}
{%- set long = '[^0-9]([0-9]{1,2}) ?: ?([0-5][0-9]) ?: ?([0-5][0-9])[^0-9]' -%}
{%- set short = '[^0-9]([0-9]{1,3}) ?: ?([0-5][0-9])[^0-9]' -%}
with

runs as (

    select
        *,
        ' ' || translate({{ text.sql }}, 'hm.''’′´', ':::::::') || ' ' as clock

    from {{ ref('stg_race_runs') }}

),

-- The first and the last time in a name: 1:31:57, 44:59, 1h31m57s or 3:28 hours.
parts as (

    {% for skipped in ['', '.*'] -%}
    select
        athlete_id,
        activity_id,
        day_number,
        elapsed_time_s,
        moving_time_s,
        try_cast(regexp_extract(clock, '{{ skipped ~ long }}', 1) as int) as hours,
        try_cast(regexp_extract(clock, '{{ skipped ~ long }}', 2) as int) as minutes,
        try_cast(regexp_extract(clock, '{{ skipped ~ long }}', 3) as int) as seconds,
        try_cast(regexp_extract(clock, '{{ skipped ~ short }}', 1) as int) as major,
        try_cast(regexp_extract(clock, '{{ skipped ~ short }}', 2) as int) as minor

    from runs
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Two parts are minutes and seconds or hours and minutes; a round time is a plan.
timed as (

    select
        *,
        hours * 3600e0 + minutes * 60e0 + seconds as long_s,
        case when minor > 0 or major % 5 > 0 then major * 60e0 + minor end as minutes_s,
        case when minor % 15 > 0 then major * 3600e0 + minor * 60e0 end as hours_s

    from parts

),

-- Watches are rarely stopped early and often late.
compared as (

    select
        athlete_id,
        activity_id,
        day_number,
        false
        {%- for measured in ['elapsed_time_s', 'moving_time_s'] %}
        {%- for named, slack in [('long_s', '30e0'), ('minutes_s', '30e0'), ('hours_s', '90e0')] %}
        or coalesce(
            {{ measured }} - {{ named }}
            between -15e0 - 0.003e0 * {{ named }} and {{ slack }} + 0.01e0 * {{ named }},
            false
        )
        {%- endfor %}
        {%- endfor %}
            as names_its_time

    from timed

),

by_run as (

    select
        athlete_id,
        activity_id,
        max(day_number) as day_number,
        bool_or(names_its_time) as names_its_time

    from compared
    group by athlete_id, activity_id

),

-- If many names of the year contain the time, it is no evidence of a race.
final as (

    select
        athlete_id,
        activity_id,
        names_its_time
        and sum(case when names_its_time then 1e0 else 0e0 end) over year_before
        <= 0.25e0 * (count(*) over year_before + 20e0) as has_finish_time

    from by_run
    window
        year_before as (
            partition by athlete_id
            order by day_number asc nulls last
            range between 365 preceding and current row
        )

)

select * from final
