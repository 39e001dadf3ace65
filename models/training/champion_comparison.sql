with

kept as (

    select * from {{ ref('stg_earlier_champion') }}

),

-- The latest promotion or rollback; without a record of decisions, what was kept last.
crowned as (

    select
        to_version as model_version,
        1 as preference,
        decided_at as crowned_at

    from {{ ref('stg_earlier_decisions') }}
    where action in ('promote', 'rollback')

    union all

    select
        model_version,
        2 as preference,
        kept_at as crowned_at

    from kept

),

champion as (

    select
        model_version,
        row_number() over (
            order by preference asc nulls last, crowned_at desc nulls last
        ) as newness

    from crowned

),

-- A result that was corrected since is another race.
paired as (

    select
        errors.unit,
        kept.model_version,
        errors.error,
        abs(kept.predicted_time_s / kept.race_time_s - 1e0) as champion_error

    from {{ ref('stg_backtest_errors') }} as errors
    inner join kept
        on errors.race_id = kept.race_id
        and abs(errors.race_time_s - kept.race_time_s) < 0.5e0
    inner join champion
        on kept.model_version = champion.model_version
        and champion.newness = 1
    where errors.protocol = 'walk_forward'

),

drawn as (

    select
        weights.replicate,
        sum(weights.times * (paired.error - paired.champion_error)) as difference

    from paired
    inner join {{ ref('stg_bootstrap_weights') }} as weights on paired.unit = weights.unit
    group by weights.replicate

),

-- Equal to the last digits is not worse.
worse as (

    select 100e0 * avg(case when difference > 1e-9 then 1e0 else 0e0 end) as worse_pct from drawn

),

measured as (

    select
        max(model_version) as champion_version,
        cast(count(*) as bigint) as races,
        100e0 * avg(error) as mape_pct,
        100e0 * avg(champion_error) as champion_mape_pct

    from paired

),

final as (

    select
        coalesce(measured.champion_version, 'none') as champion_version,
        measured.races,
        measured.mape_pct,
        measured.champion_mape_pct,
        coalesce(worse.worse_pct, 0e0) as worse_pct

    from measured
    cross join worse

)

select * from final
