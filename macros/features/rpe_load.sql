{#-
    Double expression: load of some hours by perceived exertion. Friel's table by the hour: 20, 30,
    40, 50, 60, 70, 80, 100, 120, 140 for 1 to 10; straight lines between. Nothing said: null.
-#}
{% macro rpe_load(hours, perceived_exertion) -%}
    case
        when {{ perceived_exertion }} <= 0e0 then null
        when {{ perceived_exertion }} <= 7e0
            then {{ hours }} * (10e0 * {{ perceived_exertion }} + 10e0)
        else {{ hours }} * (20e0 * {{ perceived_exertion }} - 60e0)
    end
{%- endmacro %}
