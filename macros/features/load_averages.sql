{#-
    List: the exponential averages of daily load that are kept. average(d) = average(d-1)
    + alpha * (load(d) - average(d-1)); `rate` is ln(1 - alpha), what a past load loses a day.
    Fitness and fatigue by Stride's convention, which begin at 0, and the two averages of the ACWR by
    Williams (2017), which begin at the load of the first day.
-#}
{% macro load_averages() -%}
    {{ return([
        {'name': 'ctl', 'alpha': '(1e0 - exp(-1e0 / 42e0))', 'rate': '(-1e0 / 42e0)'},
        {'name': 'atl', 'alpha': '(1e0 - exp(-1e0 / 7e0))', 'rate': '(-1e0 / 7e0)'},
        {'name': 'load_ewma_7d', 'alpha': '(2e0 / 8e0)', 'rate': 'ln(6e0 / 8e0)', 'first_alpha': '1e0'},
        {'name': 'load_ewma_28d', 'alpha': '(2e0 / 29e0)', 'rate': 'ln(27e0 / 29e0)', 'first_alpha': '1e0'},
    ]) }}
{%- endmacro %}
