{#-
    Statement, for the end of a run: add messages to the operator to the outbox, about checks of health
    that are not ok and about nodes that failed in this run. Models can't report failed nodes, because
    dbt skips the models downstream. The test of health is left out, as each check has its own message.
    Nothing happens before the outbox is built for the first time.
-#}
{% macro queue_operator_messages(results) -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- set schema = generate_schema_name('gold') | trim -%}
    {%- set outbox = adapter.get_relation(target.database, schema, 'outbox') -%}
    {%- set checks = adapter.get_relation(target.database, schema, 'stg_operator_messages') -%}
    {%- set failed = results
        | selectattr('status', 'in', ['error', 'fail', 'runtime error'])
        | rejectattr('node.name', 'equalto', 'health_has_no_fail_today')
        | sort(attribute='node.name') | list -%}
    {%- if outbox and (checks or failed) -%}
    {#- New columns of the outbox are missing until its next build. -#}
    {%- set columns = adapter.get_columns_in_relation(outbox) | map(attribute='name') | join(', ') %}
    insert into {{ outbox }} ({{ columns }})
    select {{ columns }} from (
    {{ new_messages('(' ~ operator_messages(checks, failed, results) ~ ')', outbox) }}
    ) as queued
    {{ committed() }}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Query: messages about checks (a relation, or none) and one message about failed nodes. -#}
{% macro operator_messages(checks, failed, results) -%}
    {%- set texts = ['title_en', 'title_pt', 'title_pt_br', 'text_en', 'text_pt', 'text_pt_br'] -%}
    {%- if checks %}
    {%- set there = adapter.get_columns_in_relation(checks) | map(attribute='name') | list %}
    select
        recipient,
        athlete_id,
        cause,
        severity,
        message_date,
        {%- for text in texts %}
        {{ text if text in there else 'cast(null as string)' }} as {{ text }},
        {%- endfor %}
        activity_name,
        urgency
    from {{ checks }}
    {%- endif %}
    {%- if checks and failed %}
    union all
    {%- endif %}
    {%- if failed %}
    {%- set names = failed | map(attribute='node.name') | join(', ') -%}
    {%- set skipped = results | selectattr('status', 'equalto', 'skipped') | list | length -%}
    {%- set messages = [] -%}
    {%- for result in failed[:5] -%}
        {%- do messages.append(result.node.name ~ ': ' ~ (result.message or '')[:300]) -%}
    {%- endfor -%}
    {%- set reasons = messages | join('; ') ~ '.' %}
    select
        cast('operator' as string) as recipient,
        cast(null as string) as athlete_id,
        {{ text_literal('build: ' ~ names[:200]) }} as cause,
        'fail' as severity,
        {{ as_of_date("'UTC'") }} as message_date,
        {%- set titles = {
            'en': 'Stride: the build failed at ' ~ names[:100],
            'pt': 'Stride: o processamento falhou em ' ~ names[:100],
            'pt_br': 'Stride: o processamento falhou em ' ~ names[:100],
        } %}
        {%- set sentences = {
            'en': failed | length ~ ' steps failed and ' ~ skipped ~ ' dependent steps were skipped; '
                ~ 'their tables are unchanged. ' ~ reasons
                ~ ' What to do: fix the cause and build again; nothing is duplicated.',
            'pt': failed | length ~ ' passos falharam e ' ~ skipped ~ ' passos dependentes foram '
                ~ 'omitidos; as suas tabelas não foram alteradas. ' ~ reasons
                ~ ' O que fazer: corrigir a causa e processar de novo; nada fica duplicado.',
            'pt_br': failed | length ~ ' etapas falharam e ' ~ skipped ~ ' etapas dependentes foram '
                ~ 'puladas; as tabelas correspondentes não foram alteradas. ' ~ reasons
                ~ ' O que fazer: corrija a causa e processe novamente; nada é duplicado.',
        } %}
        {%- for language in alert_languages() %}
        {{ text_literal(titles[language]) }} as title_{{ language }},
        {%- endfor %}
        {%- for language in alert_languages() %}
        {{ text_literal(sentences[language]) }} as text_{{ language }},
        {%- endfor %}
        cast(null as string) as activity_name,
        3 as urgency
    {%- endif %}
{%- endmacro %}
