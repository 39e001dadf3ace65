with

runs as (

    select
        *,
        extract(hour from local_started_at) * 60 + extract(minute from local_started_at)
            as start_minute,
        {{ days_between("date '2000-01-03'", 'activity_date') }} % 7 as days_since_monday

    from {{ ref('stg_race_runs') }}

),

distances as (

    select
        *,
        distance_label <> 'other' as is_standard,
        coalesce(excess between -0.04e0 and 0.075e0, false) as is_near,
        coalesce(is_common and excess between -0.02e0 and 0.04e0, false) as is_close

    from {{ ref('stg_race_distances') }}

),

neighbours as (

    select * from {{ ref('stg_race_neighbours') }}

),

named_times as (

    select * from {{ ref('stg_race_named_times') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

-- On mountains and beyond the marathon the pace is no evidence.
words as (

    select
        words.*,
        words.named_distance_m is not null as has_named_distance,
        runs.distance_m > 45360e0 as is_ultra,
        words.has_trail_word
        or coalesce(runs.climb_m_per_km > {{ var('trail_climb_m_per_km') }}e0, false) as is_trail,
        case
            when
                not words.has_trail_word
                and coalesce(runs.climb_m_per_km, 0e0) <= {{ var('trail_climb_m_per_km') }}e0
                and runs.distance_m <= 45360e0
                then runs.effort_sd
        end as effort

    from {{ ref('stg_race_words') }} as words
    inner join runs
        on words.athlete_id = runs.athlete_id
        and words.activity_id = runs.activity_id

),

-- Names of training runs may contain their time too: it counts only with a distance that is named
-- or usual and, for runs slower than usual, the name of an event.
timed as (

    select
        words.*,
        named_times.has_finish_time
        and not words.has_time_trial_word
        and (
            words.has_race_word
            or words.has_named_distance
            or coalesce(distances.is_close and words.effort >= 0.75e0, false)
        )
        and (words.has_race_word or words.has_event_name or coalesce(words.effort >= 0e0, true))
            as has_finish_time

    from words
    inner join distances
        on words.athlete_id = distances.athlete_id
        and words.activity_id = distances.activity_id
    inner join named_times
        on words.athlete_id = named_times.athlete_id
        and words.activity_id = named_times.activity_id

),

-- With the name of an event over the distance run, a slow run is a slow race.
judged as (

    select
        *,
        not has_perhaps_not_word and (
            (has_named_distance and (has_race_word or (has_finish_time and has_event_name)))
            or (has_fun_word and has_race_word)
            or (has_trail_word and has_race_word)
        ) as is_named_event

    from timed

),

final as (

    select
        runs.athlete_id,
        runs.activity_id,
        corrections.is_race as is_race_corrected,
        -- Probably as fast as possible: not slower than usual, and for fun events clearly faster.
        not words.has_not_maximal_word
        and coalesce(words.effort >= 0e0, true)
        and (not words.has_fun_word or coalesce(words.effort >= 0.75e0, false)) as is_maximal,
        words.is_trail,
        words.effort as effort_sd,
        runs.share_of_best,
        ---------- evidence, named as in the seed race_evidence_points
        coalesce(runs.is_race_flagged, false) as platform_flag,
        words.has_race_word as race_word,
        words.has_perhaps_word and not words.has_race_word as perhaps_word,
        words.has_number and not words.has_race_word and not words.has_perhaps_word as bare_number,
        words.has_race_word
        and words.has_named_distance
        and not words.has_perhaps_not_word as distance_named,
        words.has_race_word
        and words.has_trail_word
        and not words.has_perhaps_not_word as trail_race,
        words.has_finish_time as finish_time,
        words.has_not_race_word as not_race_word,
        words.has_perhaps_not_word as perhaps_not_word,
        words.has_time_trial_word and not words.has_race_word as time_trial_word,
        runs.times_named_before >= 5 and not words.has_race_word as routine_name,
        distances.is_close as distance_close,
        distances.is_close and distances.distance_label = 'marathon' as distance_marathon,
        distances.is_near and not distances.is_close as distance_near,
        words.is_ultra as distance_ultra,
        coalesce(words.effort >= 2.5e0, false) as effort_outstanding,
        coalesce(words.effort >= 1.5e0 and words.effort < 2.5e0, false) as effort_strong,
        coalesce(words.effort >= 0.75e0 and words.effort < 1.5e0, false) as effort_good,
        coalesce(words.effort < 0e0, false) and not words.is_named_event as effort_below_usual,
        coalesce(words.effort is not null and runs.share_of_best >= 0.95e0, false) as near_best,
        coalesce(runs.hr_share >= case
            when distances.distance_m < 16000e0 then 0.95e0
            when distances.distance_m < 30000e0 then 0.92e0
            else 0.88e0
        end, false) as high_heart_rate,
        runs.days_since_monday >= 5
        and (runs.start_minute >= 390 or words.is_ultra)
        and runs.start_minute <= 690 as weekend_morning,
        runs.start_minute % 30 <= 4 as round_start,
        coalesce(runs.moving_share >= 0.985e0, false) as without_pause,
        coalesce(runs.moving_share < 0.9e0, false)
        and not words.is_ultra
        and not words.is_named_event as with_pauses,
        coalesce(neighbours.is_after_warm_up, false) as after_warm_up,
        coalesce(neighbours.is_before_faster_run, false) as before_faster_run,
        coalesce(neighbours.is_after_faster_run, false) as after_faster_run,
        coalesce(neighbours.is_after_ride, false) as after_ride

    from runs
    inner join distances
        on runs.athlete_id = distances.athlete_id
        and runs.activity_id = distances.activity_id
    inner join judged as words
        on runs.athlete_id = words.athlete_id
        and runs.activity_id = words.activity_id
    left join neighbours
        on runs.athlete_id = neighbours.athlete_id
        and runs.activity_id = neighbours.activity_id
    left join corrections
        on runs.athlete_id = corrections.athlete_id
        and runs.activity_id = corrections.activity_id
    -- Other runs can't be races: no usual distance, and not named or marked as one.
    where
        distances.is_standard
        or words.has_race_word
        or words.has_perhaps_word
        or words.has_number
        or words.is_ultra
        or coalesce(runs.is_race_flagged, false)
        or corrections.is_race is not null

)

select * from final
