{#-
    One comparison per athlete: a fingerprint of all that the features before the last published day
    are computed from. If it differs, or if the last run published a part only, all days are computed
    anew. Otherwise those since the last published day, and that day itself if something came in for it.
-#}
with

inputs as (

    select * from {{ ref('int_activity_inputs') }}

),

-- Without valid_until, which follows from the next statement.
statements as (

    select
        athlete_id,
        setting,
        value,
        valid_from

    from {{ ref('athlete_settings') }}
    where
        setting not in ('time_zone', 'email', 'language', 'birth_year', 'sex', 'weight_kg')
        and substring(setting, 1, 5) <> 'mute_'

),

constants as (

    select
        athlete_id,
        sex,
        {{ var('features_version') }} as features_version,
        {{ var('trail_climb_m_per_km') }}e0 as trail_climb_m_per_km,
        {{ var('assumed_max_hr_bpm') }}e0 as assumed_max_hr_bpm,
        {{ var('assumed_resting_hr_bpm') }}e0 as assumed_resting_hr_bpm

    from {{ ref('athletes') }}

),

known as (

    select
        athlete_id,
        activity_date as known_day,
        {{ row_fingerprint('inputs') }} as fingerprint

    from inputs
    union all
    select
        athlete_id,
        valid_from as known_day,
        {{ row_fingerprint('statements') }} as fingerprint

    from statements
    union all
    select
        athlete_id,
        cast('1900-01-01' as date) as known_day,
        {{ row_fingerprint('constants') }} as fingerprint

    from constants

),

published as (

    {{ previous_run('int_feature_state') }}

),

-- What the last run was about to publish.
begun as (

    {{ previous_run('int_feature_audits') }}

),

histories as (

    select
        athlete_id,
        min(activity_date) as history_day

    from inputs
    group by athlete_id

),

compared as (

    select
        athletes.athlete_id,
        max(athletes.as_of_date) as last_day,
        bit_xor(case when known.known_day < published.last_day then known.fingerprint end)
            as same_before,
        bit_xor(case when known.known_day <= published.last_day then known.fingerprint end) as same,
        bit_xor(case when known.known_day < athletes.as_of_date then known.fingerprint end)
            as fingerprint_before,
        bit_xor(case when known.known_day <= athletes.as_of_date then known.fingerprint end)
            as fingerprint

    from {{ ref('athletes') }} as athletes
    inner join known on athletes.athlete_id = known.athlete_id
    left join published on athletes.athlete_id = published.athlete_id
    group by athletes.athlete_id

),

first_days as (

    select
        coalesce(compared.athlete_id, published.athlete_id) as athlete_id,
        compared.last_day,
        compared.fingerprint_before,
        compared.fingerprint,
        case
            when
                {{ 'true' if flags.FULL_REFRESH else 'published.athlete_id is null' }}
                or published.run_id <> begun.run_id
                or coalesce(compared.same_before <> published.fingerprint_before, true)
                or compared.last_day < published.last_day
                then cast('1900-01-01' as date)
            when compared.same <> published.fingerprint then published.last_day
            else {{ days_after('published.last_day', 1) }}
        end as first_day

    from compared
    full outer join published on compared.athlete_id = published.athlete_id
    left join begun on published.athlete_id = begun.athlete_id

),

final as (

    select
        first_days.athlete_id,
        cast(row_number() over (
            order by first_days.athlete_id asc nulls last
        ) as bigint) as athlete_number,
        histories.history_day,
        first_days.first_day,
        -- Without activities there is no day to compute; greatest alone would pass over the null.
        case
            when histories.history_day is not null
                then greatest(first_days.first_day, histories.history_day)
        end as from_day,
        first_days.last_day,
        first_days.fingerprint_before,
        first_days.fingerprint

    from first_days
    left join histories on first_days.athlete_id = histories.athlete_id
    left join {{ ref('intake_checks') }} as intake on first_days.athlete_id = intake.athlete_id
    where
        not coalesce(intake.is_held, false)
        -- Of an athlete who is gone all days go.
        and (first_days.last_day is null or first_days.first_day <= first_days.last_day)

)

select * from final
