{#-
    List expression: of a sorted list of bigints 10 * day + level, those that come at least `gap`
    days after the last one kept, or with a higher level. One after the other, so that nothing
    later changes what was kept.
-#}
{% macro spaced(moments, gap) -%}
    {{ return(adapter.dispatch('spaced')(moments, gap)) }}
{%- endmacro %}

{% macro duckdb__spaced(moments, gap) -%}
    list_reduce(
        list_transform({{ moments }}, lambda moment : [moment]),
        lambda kept, moment :
            case
                when
                    (moment[1] - moment[1] % 10) - (kept[len(kept)] - kept[len(kept)] % 10)
                    >= 10 * {{ gap }}
                    or moment[1] % 10 > kept[len(kept)] % 10
                    then list_concat(kept, moment)
                else kept
            end
    )
{%- endmacro %}

{% macro spark__spaced(moments, gap) -%}
    aggregate(
        {{ moments }},
        cast(array() as array<bigint>),
        (kept, moment) ->
            case
                when
                    size(kept) = 0
                    or (moment - moment % 10)
                    - (element_at(kept, -1) - element_at(kept, -1) % 10) >= 10 * {{ gap }}
                    or moment % 10 > element_at(kept, -1) % 10
                    then concat(kept, array(moment))
                else kept
            end
    )
{%- endmacro %}
