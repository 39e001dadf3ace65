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
        valid_from as day,
        {{ fingerprint(['setting', 'value']) }} as fingerprint

    from settings
    where setting in (
        'max_hr_bpm', 'resting_hr_bpm', 'lthr_bpm', 'threshold_pace_s_per_km', 'ftp_w',
        'css_s_per_100m'
    )
    union all
    select
        athlete_id,
        cast('1900-01-01' as date) as day,
        {{ fingerprint(["'sex'", 'sex']) }} as fingerprint

    from athletes

)

select * from final
