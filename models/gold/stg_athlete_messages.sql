{#- Recent alerts only: a first import of ten years must not send hundreds of mails. -#}
with

alerts as (

    select * from {{ ref('overtraining_alerts') }}

),

athletes as (

    select * from {{ ref('athletes') }}

),

intake as (

    select * from {{ ref('intake_checks') }}

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
    left join intake on alerts.athlete_id = intake.athlete_id
    where
        alerts.is_sent_candidate
        and not coalesce(intake.is_held, false)
        and alerts.alert_date
        > {{ days_after('athletes.as_of_date', '-' ~ var('alert_mail_days')) }}

)

select * from final
