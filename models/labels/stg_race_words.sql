with

runs as (

    select * from {{ ref('stg_race_runs') }}

),

names as (

    select * from {{ ref('stg_race_names') }}

),

-- A 17 km run named marathon is not a marathon: a named distance must match the one run. The GPS
-- tolerance is larger than without a name, for tall buildings and a watch stopped late.
found as (

    select
        runs.athlete_id,
        runs.activity_id,
        runs.day_number,
        names.means,
        names.distance_label,
        names.distance_m,
        case
            when names.means = 'ultra' then runs.distance_m > 42195e0
            else coalesce(
                names.distance_m is null
                or runs.distance_m between 0.94e0 * names.distance_m and 1.12e0 * names.distance_m,
                false
            )
        end as is_agreed,
        row_number() over (
            partition by runs.athlete_id, runs.activity_id
            order by
                abs(ln(runs.distance_m / names.distance_m) - 0.01e0) asc nulls last,
                names.distance_label asc nulls last
        ) as nearness

    from runs
    left join names on runs.name = names.name

),

read as (

    select
        athlete_id,
        activity_id,
        max(day_number) as day_number,
        coalesce(bool_or(means in ('race', 'ultra', 'fun_event') and is_agreed), false)
            as has_event_word,
        coalesce(bool_or(means in ('perhaps_race', 'perhaps_fun') and is_agreed), false)
            as has_perhaps_word,
        coalesce(bool_or(means = 'perhaps_fun'), false) as has_perhaps_fun_word,
        coalesce(bool_or(means in ('fun_event', 'perhaps_fun')), false) as has_fun_word,
        coalesce(bool_or(means = 'not_race'), false) as has_not_race_word,
        coalesce(bool_or(means = 'perhaps_not'), false) as has_perhaps_not_word,
        coalesce(bool_or(means = 'not_maximal'), false) as has_not_maximal_word,
        coalesce(bool_or(means = 'time_trial'), false) as has_time_trial_word,
        coalesce(bool_or(means = 'trail'), false) as has_trail_word,
        coalesce(bool_or(means = 'event_name'), false) as has_event_name,
        coalesce(bool_or(means = 'number' and is_agreed), false) as has_number,
        coalesce(bool_or(means <> 'number' and distance_m is not null and is_agreed), false)
            as has_distance_word,
        max(case means when 'kilometres' then 1 when 'miles' then -1 else 0 end)
        + min(case means when 'kilometres' then 1 when 'miles' then -1 else 0 end) as unit_vote,
        max(case when nearness = 1 and is_agreed then distance_label end) as named_label,
        max(case when nearness = 1 and is_agreed then distance_m end) as named_distance_m

    from found
    group by athlete_id, activity_id

),

final as (

    select
        athlete_id,
        activity_id,
        -- "Charity 5 km" is an event; "charity" alone may be one.
        has_event_word or (has_perhaps_fun_word and has_distance_word) as has_race_word,
        has_perhaps_word,
        has_fun_word,
        has_not_race_word,
        has_perhaps_not_word,
        has_not_maximal_word,
        has_time_trial_word,
        has_trail_word,
        has_event_name,
        has_number,
        named_label,
        named_distance_m,
        -- Above zero if the athlete's names up to that day use kilometres more often than miles.
        cast(sum(unit_vote) over (
            partition by athlete_id
            order by day_number asc nulls last
            range between unbounded preceding and current row
        ) as bigint) as unit_votes

    from read

)

select * from final
