with

limits as (

    select * from {{ ref('wellness_limits') }}

),

latest as (

    select
        *,
        row_number() over (
            partition by athlete_id, day, source, measure
            order by ingested_at desc nulls last, value asc nulls last
        ) as recency

    from {{ ref('landed_wellness') }}

),

judged as (

    select
        latest.*,
        latest.value >= limits.lowest and latest.value <= limits.highest as is_plausible

    from latest
    inner join limits on latest.measure = limits.measure
    where latest.recency = 1

),

final as (

    select
        athlete_id,
        day,
        source,
        {% for measure in ['resting_hr_bpm', 'weight_kg', 'hrv_ms', 'sleep_h'] -%}
        max(case when measure = '{{ measure }}' and is_plausible then value end) as {{ measure }},
        {% endfor -%}
        cast(count(case when not is_plausible then 1 end) as bigint) as values_left_out,
        max(ingested_at) as ingested_at

    from judged
    group by athlete_id, day, source

)

select * from final
