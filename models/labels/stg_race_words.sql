with

runs as (

    select * from {{ ref('stg_race_runs') }}

),

names as (

    select * from {{ ref('stg_race_names') }}

),

-- A 17 km run called marathon is no marathon: a distance that is named must be the one run. GPS
-- may be further off than without the name, as tall buildings and a watch left running are likely.
found as (

    select
        runs.athlete_id,
        runs.activity_id,
        names.means,
        names.distance_label,
        names.distance_m,
        coalesce(
            names.distance_m is null
            or runs.distance_m between 0.94e0 * names.distance_m and 1.12e0 * names.distance_m,
            false
        ) as is_agreed,
        row_number() over (
            partition by runs.athlete_id, runs.activity_id
            order by
                abs(ln(runs.distance_m / names.distance_m) - 0.01e0) asc nulls last,
                names.distance_label asc nulls last
        ) as nearness

    from runs
    left join names on runs.name = names.name

),

final as (

    select
        athlete_id,
        activity_id,
        coalesce(bool_or(means = 'race' and is_agreed), false) as has_race_word,
        coalesce(bool_or(means = 'perhaps_race' and is_agreed), false) as has_perhaps_word,
        coalesce(bool_or(means = 'not_race'), false) as has_not_race_word,
        coalesce(bool_or(means = 'perhaps_not'), false) as has_perhaps_not_word,
        coalesce(bool_or(means = 'not_maximal'), false) as has_not_maximal_word,
        coalesce(bool_or(means = 'time_trial'), false) as has_time_trial_word,
        coalesce(bool_or(means = 'trail'), false) as has_trail_word,
        max(case when nearness = 1 and is_agreed then distance_label end) as named_label,
        max(case when nearness = 1 and is_agreed then distance_m end) as named_distance_m

    from found
    group by athlete_id, activity_id

)

select * from final
