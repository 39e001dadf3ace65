{#-
    Double expression, an aggregate: the highest value, but at most 3 % above the third highest, so
    that one bad recording or two can't set it. Null if there are fewer than `fewest`, three or more.
-#}
{% macro trusted_highest(value, fewest) -%}
    case
        when count({{ value }}) >= {{ fewest }}
            then least(max({{ value }}), 1.03e0 * {{ nth_highest(value, 3) }})
    end
{%- endmacro %}
