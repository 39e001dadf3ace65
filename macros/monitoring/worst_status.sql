{#- String expression, an aggregate: the worst of several statuses; blind counts before ok. -#}
{% macro worst_status(status) -%}
    case
        when max(case when {{ status }} = 'fail' then 1 else 0 end) = 1 then 'fail'
        when max(case when {{ status }} = 'warn' then 1 else 0 end) = 1 then 'warn'
        when max(case when {{ status }} = 'blind' then 1 else 0 end) = 1 then 'blind'
        else 'ok'
    end
{%- endmacro %}
