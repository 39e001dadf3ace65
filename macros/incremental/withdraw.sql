{#-
    Statement for a published table's pre-hook: take out the rows that this run computed anew, and
    those of days that are no more. `scope` names each athlete to recompute and the first day.
-#}
{% macro withdraw(scope, day) -%}
    {%- if is_incremental() -%}
    delete from {{ this }} as withdrawn
    where exists (
        select 1
        from {{ ref(scope) }} as scope
        where
            scope.athlete_id = withdrawn.athlete_id
            and withdrawn.{{ day }} >= scope.first_day
    )
    {%- endif -%}
{%- endmacro %}
