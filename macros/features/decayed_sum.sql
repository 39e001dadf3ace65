{#-
    Sum of `measure` over the days of one block so far, each day's share falling by exp(-1/tau)
    a day. With alpha = 1 - exp(-1/tau) before it, this is the recursion
        average(d) = average(d-1) + alpha * (measure(d) - average(d-1))
    without a loop. A block is short enough (512 days) that exp(day / tau) stays far from
    overflow for tau >= 7; `carried_sum` brings in the blocks before.
-#}
{% macro decayed_sum(measure, tau_days) -%}
    sum({{ measure }} * exp(day_in_block / {{ tau_days }}e0)) over days_of_block_so_far
    * exp(-day_in_block / {{ tau_days }}e0)
{%- endmacro %}
