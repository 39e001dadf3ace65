{#-
    Statement, for a hook before an append: delete what the audited batch brings anew of each athlete,
    the days from its first one on by the column `day`, or all without one. In one transaction with
    the append where the engine has them.
-#}
{% macro withdraw_audited(day=none) -%}
    {%- if is_incremental() -%}
    {{ delete_matching(
        this ~ ' as earlier',
        ref('int_feature_audits') ~ ' as audits',
        'audits.athlete_id = earlier.athlete_id and audits.finding is null'
            ~ (' and earlier.' ~ day ~ ' >= audits.first_day' if day else '')
    ) }}
    {%- endif -%}
{%- endmacro %}
