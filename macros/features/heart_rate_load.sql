{#-
    Training load from the mean heart rate: Banister's TRIMP over the TRIMP of one hour at the
    lactate threshold, times 100. The sex factor cancels; 1.795 is the exponent for sex unknown.
    The threshold lies at 85 % of the heart-rate reserve. From the mean it reads lower than from
    the samples, as TRIMP is convex.
-#}
{% macro heart_rate_load(hours, reserve_share) -%}
    100e0 * {{ hours }} * ({{ reserve_share }} / 0.85e0) * exp(1.795e0 * ({{ reserve_share }} - 0.85e0))
{%- endmacro %}
