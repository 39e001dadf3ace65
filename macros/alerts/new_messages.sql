{#-
    Query: the new rows of `messages` in the format of the outbox. A message is new unless `outbox` has
    one with the same recipient and cause and at least the same urgency, less than a week apart (none:
    the outbox does not exist yet). A late upload may shift an alert by a day, and lasting problems are
    repeated weekly.
-#}
{% macro new_messages(messages, outbox) -%}
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
        messages.title_pt_br,
        messages.text_en,
        messages.text_pt,
        messages.text_pt_br,
        messages.activity_name,
        cast(messages.urgency as int) as urgency,
        '{{ invocation_id }}' as invocation_id

    from {{ messages }} as messages
    {%- if outbox %}
    where
        not exists (
            select 1
            from {{ outbox }} as earlier
            where
                earlier.recipient = messages.recipient
                and coalesce(earlier.athlete_id, '') = coalesce(messages.athlete_id, '')
                and earlier.cause = messages.cause
                and earlier.urgency >= messages.urgency
                and abs({{ days_between('earlier.message_date', 'messages.message_date') }}) < 7
        )
    {%- endif %}
{%- endmacro %}
