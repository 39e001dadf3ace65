{#- Text expression: reasons of `retraining_decision` from its triggers, each followed by '; '. -#}
{% macro retraining_reasons() -%}
    {%- set triggers = {
        'is_forced': "'training was requested'",
        'is_first': "'no version has been trained yet'",
        'is_erased': "'an athlete was erased since the last training'",
        'is_champion_lost': "'the champion could not be used for the latest forecasts'",
        'has_new_code': "'the code of the model is not the one that was last trained'",
        'is_month_over': "'the last training was ' || cast(days_since_training as string) || ' days ago'",
        'is_error_up': "'forecasts of ' || cast(ledger_races as string) || ' races were ' || cast(round(error_ratio, 1) as string) || ' times as wrong as the backtest'",
        'is_estimate_up': "'the estimated error is over its limit'",
        'is_drifting': "'inputs drift: ' || cast(drift_inputs as string)",
    } -%}
    case
        when usable_races = 0 then 'there is no race to train on; '
        else coalesce(nullif(
            {%- for trigger, reason in triggers.items() %}
            {{ '|| ' if not loop.first }}case when {{ trigger }} then {{ reason }} || '; ' else '' end
            {%- endfor %}
            || case
                when is_forced or is_first or is_erased or is_champion_lost or has_new_code then ''
                when not (is_month_over or is_error_up or is_estimate_up or is_drifting) then ''
                when is_cooling_down then 'but the last training is too fresh; '
                when is_without_new_races then 'but no new race has come; '
                else ''
            end,
            ''
        ), 'nothing calls for it; ')
    end
{%- endmacro %}
