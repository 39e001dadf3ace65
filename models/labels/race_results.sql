with

evidence as (

    select * from {{ ref('race_evidence') }}
    where effort_class = 'race'

),

runs as (

    select * from {{ ref('stg_race_runs') }}

),

distances as (

    select * from {{ ref('stg_race_distances') }}

),

times as (

    select * from {{ ref('stg_race_times') }}

),

corrections as (

    select * from {{ ref('activity_corrections') }}

),

joined as (

    select
        runs.*,
        distances.distance_label,
        distances.distance_m as official_distance_m,
        distances.is_distance_official,
        times.race_time_s,
        times.time_source,
        evidence.evidence,
        evidence.score,
        evidence.is_trail,
        coalesce(corrections.is_maximal, evidence.is_maximal) as is_maximal,
        -- A correction is known from its import on.
        case
            when
                corrections.is_race is not null
                or corrections.is_maximal is not null
                or corrections.official_distance_m is not null
                or corrections.official_time_s is not null
                or corrections.sport_type is not null
                then greatest(runs.first_known_at, corrections.known_at)
            else runs.first_known_at
        end as label_known_at

    from evidence
    inner join runs
        on evidence.athlete_id = runs.athlete_id
        and evidence.activity_id = runs.activity_id
    inner join distances
        on evidence.athlete_id = distances.athlete_id
        and evidence.activity_id = distances.activity_id
    inner join times
        on evidence.athlete_id = times.athlete_id
        and evidence.activity_id = times.activity_id
    left join corrections
        on evidence.athlete_id = corrections.athlete_id
        and evidence.activity_id = corrections.activity_id

),

final as (

    select
        athlete_id || ':' || activity_id as race_id,
        athlete_id,
        activity_id,
        activity_date as race_date,
        name as race_name,
        distance_label,
        official_distance_m as distance_m,
        race_time_s,
        time_source,
        distance_m as gps_distance_m,
        elevation_gain_m as climb_m,
        temperature_c,
        evidence,
        score as evidence_score,
        is_maximal,
        -- Not comparable with races over standard distances.
        case
            when not is_maximal then 'not_maximal'
            when is_trail then 'trail'
            when not is_distance_official then 'distance_unknown'
            when official_distance_m not between 2900e0 and 45000e0 then 'distance_unusual'
        end as incomparable_reason,
        is_api_only,
        label_known_at

    from joined

)

select * from final
