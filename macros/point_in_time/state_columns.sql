{#-
    List of columns: the daily features used in training and scoring, from the var
    `feature_specification`.
-#}
{% macro state_columns() -%}
    {{ return(var('feature_specification')['state']['columns']) }}
{%- endmacro %}
