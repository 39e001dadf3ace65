{#- Double literal: the exponent by which a race time grows with the distance (Riegel 1981). -#}
{% macro riegel_exponent() -%}
    1.06e0
{%- endmacro %}
