{#-
    Query: each event with the athlete's features at the end of the day before and the races before
    that day: the last one in columns, the latest 30 as a text. Sex and age are the athlete's settings,
    whenever they were set. Training and scoring both use this macro, so their features are computed
    in the same way.

    `events` is a relation with athlete_id, distance_m and the date column `event_date`; `keys`
    are the columns to keep. An event without earlier days keeps its row, with nulls.

    `known_in_time` applies to past events if the var knowledge_mode is as_known: only features and
    races known before the day of the event are used. Otherwise everything known now is used.
-#}
{% macro state_before(events, keys, event_date, known_in_time=false) -%}
{%- set is_in_time = known_in_time and is_as_known() -%}
{%- set specification = var('feature_specification') -%}
{%- set state, past = specification['state'], specification['earlier_races'] -%}
{%- set athlete = specification['athlete'] -%}
{%- set current_states, known_states = ref(state['table']), ref('stg_known_states') -%}
{%- set brought = ['feature_date', 'state_known_at'] + state_columns() -%}
with

events as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        athlete_id,
        distance_m,
        {{ event_date }} as event_date

    from {{ events }}

),

states as (

    {% if is_in_time -%}
    select * from {{ known_states }}
    {%- else -%}
    select
        *,
        {{ state['time_key'] }} as usable_after,
        cast(null as timestamp) as state_known_at

    from {{ current_states }}
    {%- endif %}

),

races as (

    select
        *,
        {{ 'greatest(' ~ past['time_key'] ~ ', known_on)' if is_in_time else past['time_key'] }}
            as usable_after

    from {{ ref(past['table']) }}

),

profiles as (

    select * from {{ ref(athlete['table']) }}

),

placed as (

    {{ as_of_join('events', 'states', state['keys'], 'event_date', 'usable_after', brought) }}

),

earlier_races as (

    select
        events.{{ keys[0] }},
        races.distance_m,
        races.race_time_s,
        {{ days_between('races.' ~ past['time_key'], 'events.event_date') }} as days_since,
        count(*) over (partition by events.{{ keys[0] }}) as races_before,
        row_number() over (
            partition by events.{{ keys[0] }}
            order by races.race_date desc nulls last, races.distance_m desc nulls last,
                races.activity_id asc nulls last
        ) as recency

    from events
    inner join races
        on events.athlete_id = races.athlete_id
        and races.usable_after < events.event_date
        and {{ days_between('races.' ~ past['time_key'], 'events.event_date') }}
            <= {{ past['look_back_days'] }}

),

race_lists as (

    select
        {{ keys[0] }},
        {{ joined_text(race_text('days_since', 'distance_m', 'race_time_s'), 'recency') }}
            as earlier_races

    from earlier_races
    where recency <= 30
    group by {{ keys[0] }}

),

final as (

    select
        {%- for key in keys %}
        placed.{{ key }},
        {%- endfor %}
        placed.athlete_id,
        placed.event_date as {{ event_date }},
        placed.distance_m,
        placed.feature_date,
        {%- if known_in_time %}
        placed.state_known_at,
        {%- endif %}
        {%- for column, name in state_inputs().items() %}
        placed.{{ column }}{{ ' as ' ~ name if name != column }},
        {%- endfor %}
        coalesce(earlier_races.races_before, 0) as races_before,
        earlier_races.distance_m as last_race_distance_m,
        earlier_races.race_time_s as last_race_time_s,
        earlier_races.days_since as days_since_last_race,
        race_lists.earlier_races,
        profiles.sex,
        cast(extract(year from placed.event_date) - profiles.birth_year as double) as age_years

    from placed
    left join earlier_races
        on placed.{{ keys[0] }} = earlier_races.{{ keys[0] }}
        and earlier_races.recency = 1
    left join race_lists
        on placed.{{ keys[0] }} = race_lists.{{ keys[0] }}
    left join profiles on placed.athlete_id = profiles.athlete_id

)

select * from final
{%- endmacro %}
