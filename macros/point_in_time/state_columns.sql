{#-
    List of columns: the athlete's state, as training and scoring take it from a day's features. The
    var `feature_specification` names them.
-#}
{% macro state_columns() -%}
    {{ return(var('feature_specification')['state']['columns']) }}
{%- endmacro %}
