with

settings as (

    select * from {{ ref('athlete_settings') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

final as (

    select
        athlete_id,
        valid_from as mark_date,
        {{ fingerprint(['setting', 'value', 'valid_from']) }} as fingerprint

    from settings
    where
        setting not in ('time_zone', 'email', 'language', 'birth_year', 'sex', 'weight_kg')
        and substring(setting, 1, 5) <> 'mute_'
    union all
    select
        athlete_id,
        cast('1900-01-01' as date) as mark_date,
        {{ fingerprint(["'sex'", 'sex']) }} as fingerprint

    from athletes

)

select * from final
