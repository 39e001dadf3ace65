{#-
    Double expression: Banister's TRIMP of some seconds at a share of the heart-rate reserve.
    Men 0.64 exp(1.92 x), women 0.86 exp(1.67 x) (Morton 1990), sex not given in between. Several
    tools keep 0.64 for women, which is 26 % too low.
-#}
{% macro trimp(seconds, reserve_share, sex) -%}
    {{ seconds }} / 60e0 * {{ reserve_share }} * case {{ sex }}
        when 'm' then 0.64e0 * exp(1.92e0 * {{ reserve_share }})
        when 'f' then 0.86e0 * exp(1.67e0 * {{ reserve_share }})
        else 0.725215e0 * exp(1.795e0 * {{ reserve_share }})
    end
{%- endmacro %}
