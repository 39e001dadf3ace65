{#- From the settings mute_<cause> of `stride alert mute`, permanent or up to a day. -#}
with

settings as (

    select * from {{ ref('athlete_settings') }}

),

final as (

    select
        athlete_id,
        substring(setting, 6) as cause,
        valid_from as first_day,
        least(
            {{ days_after('valid_until', -1) }},
            coalesce(try_cast(value_text as date), cast('9999-12-31' as date))
        ) as last_day

    from settings
    where substring(setting, 1, 5) = 'mute_' and value_text is not null

)

select * from final
