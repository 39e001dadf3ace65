{#-
    A message is new unless one of the same recipient and cause, at least as urgent, lies less than
    a week away: a late upload may move an alert by a day, and a trouble that lasts is repeated
    weekly.
-#}
with

messages as (

    select * from {{ ref('stg_athlete_messages') }}
    union all
    select * from {{ ref('stg_operator_messages') }}

),

final as (

    select
        md5(
            messages.recipient || ':' || coalesce(messages.athlete_id, '')
            || ':' || messages.cause || ':' || cast(messages.message_date as string)
            || ':' || cast(messages.urgency as string)
        ) as message_id,
        messages.recipient,
        messages.athlete_id,
        messages.cause,
        messages.severity,
        messages.message_date,
        messages.title_en,
        messages.title_pt,
        messages.text_en,
        messages.text_pt,
        messages.activity_name,
        cast(messages.urgency as int) as urgency,
        '{{ invocation_id }}' as invocation_id

    from messages
    {%- if is_incremental() %}
    where
        not exists (
            select 1
            from {{ this }} as earlier
            where
                earlier.recipient = messages.recipient
                and coalesce(earlier.athlete_id, '') = coalesce(messages.athlete_id, '')
                and earlier.cause = messages.cause
                and earlier.urgency >= messages.urgency
                and abs({{ days_between('earlier.message_date', 'messages.message_date') }}) < 7
        )
    {%- endif %}

)

select * from final
