{#- Recent alerts only: a first import of ten years must not send hundreds of mails. -#}
with

alerts as (

    select * from {{ ref('overtraining_alerts') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

held as (

    select * from {{ ref('int_held_athletes') }}

),

final as (

    select
        'athlete' as recipient,
        alerts.athlete_id,
        alerts.cause,
        alerts.severity,
        alerts.alert_date as message_date,
        alerts.title_en,
        alerts.title_pt,
        alerts.title_pt_br,
        alerts.text_en,
        alerts.text_pt,
        alerts.text_pt_br,
        alerts.activity_name,
        alerts.level as urgency

    from alerts
    inner join athletes on alerts.athlete_id = athletes.athlete_id
    left join held on alerts.athlete_id = held.athlete_id
    where
        alerts.is_sent_candidate
        and held.athlete_id is null
        and alerts.alert_date
        > {{ days_after('athletes.as_of_date', '-' ~ var('alert_mail_days')) }}

)

select * from final
