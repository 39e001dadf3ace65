"""Queries of the report by the names that the page uses."""

# Each athlete adds about 5 kB a year to the file; more would slow the browser down.
MOST_ATHLETES = 50

# Tables and columns that a build may lack. Each is available to queries as a view whose name has an
# underscore instead of the dot; missing columns are null, missing tables are empty.
LATER = {
    "silver.activities": {
        "athlete_id": "varchar",
        "activity_id": "varchar",
        "activity_date": "date",
    },
    "silver.quarantine": {
        "athlete_id": "varchar",
        "activity_id": "varchar",
        "landed_row_id": "varchar",
        "quarantine_reason": "varchar",
    },
    "bronze.landed_activities": {"landed_row_id": "varchar", "started_at": "timestamp"},
    "gold.athlete_predictions": {
        "athlete_id": "varchar",
        "prediction_date": "date",
        "distance_label": "varchar",
        "distance_m": "double",
        "predicted_time_s": "double",
        "lower_80_s": "double",
        "upper_80_s": "double",
        "baseline_time_s": "double",
        "support": "varchar",
        "refusal_reason": "varchar",
        "fallback_reason": "varchar",
        "reason_1": "varchar",
        "reason_2": "varchar",
        "reason_3": "varchar",
        "model_version": "varchar",
        "model_role": "varchar",
        "next_race_date": "date",
    },
    "inference.race_predictions": {
        "athlete_id": "varchar",
        "prediction_date": "date",
        "distance_label": "varchar",
        "distance_m": "double",
        "predicted_time_s": "double",
        "lower_80_s": "double",
        "upper_80_s": "double",
        "baseline_time_s": "double",
        "model_version": "varchar",
        "model_role": "varchar",
        "origin": "varchar",
        "predicted_at": "timestamp",
    },
    "gold.overtraining_alerts": {
        "athlete_id": "varchar",
        "alert_date": "date",
        "cause": "varchar",
        "severity": "varchar",
        "title_en": "varchar",
        "text_en": "varchar",
        "days_to_clear": "bigint",
        "is_muted": "boolean",
    },
    "monitoring.prediction_ledger": {
        "athlete_id": "varchar",
        "race_id": "varchar",
        "race_date": "date",
        "distance_label": "varchar",
        "days_ahead": "bigint",
        "prediction_date": "date",
        "model_version": "varchar",
        "model_role": "varchar",
        "predicted_time_s": "double",
        "lower_80_s": "double",
        "upper_80_s": "double",
        "race_time_s": "double",
        "baseline_time_s": "double",
        "origin": "varchar",
    },
    "gold.track_record": {
        "distance_label": "varchar",
        "days_ahead": "bigint",
        "races": "bigint",
        "mape_pct": "double",
        "bias_pct": "double",
        "coverage_pct": "double",
        "baseline_mape_pct": "double",
    },
    "gold.predictor_record": {
        "predictor": "varchar",
        "distance_label": "varchar",
        "days_ahead": "bigint",
        "races": "bigint",
        "mape_pct": "double",
        "bias_pct": "double",
        "races_with_stride": "bigint",
        "paired_mape_pct": "double",
        "stride_mape_pct": "double",
        "races_closer_than_stride": "bigint",
        "baseline_mape_pct": "double",
    },
    "monitoring.health": {
        "check_name": "varchar",
        "checked_on": "date",
        "layer": "varchar",
        "status": "varchar",
        "detail": "varchar",
        "what_to_do": "varchar",
    },
    "monitoring.drift": {
        "feature_name": "varchar",
        "checked_on": "date",
        "is_drift": "boolean",
        "explanation": "varchar",
    },
    "monitoring.estimated_performance": {
        "chunk_start": "date",
        "chunk_end": "date",
        "status": "varchar",
        "reason": "varchar",
        "estimated_mae_s": "double",
        "limit_s": "double",
        "is_worse": "boolean",
    },
    "monitoring.retraining_decision": {
        "decided_on": "date",
        "should_train": "boolean",
        "reasons": "varchar",
    },
    "training.training_runs": {
        "model_version": "varchar",
        "model_role": "varchar",
        "candidate": "varchar",
        "training_races": "bigint",
        "is_gate_passed": "boolean",
        "outcome_reason": "varchar",
        "trained_at": "timestamp",
    },
    "training.model_decisions": {
        "decided_at": "timestamp",
        "decided_on": "date",
        "action": "varchar",
        "decided_by": "varchar",
        "why": "varchar",
        "to_version": "varchar",
    },
    "training.feature_importance": {
        "model_version": "varchar",
        "feature_group": "varchar",
        "effect_pct": "double",
        "importance_rank": "bigint",
    },
    "training.model_evaluation": {
        "scope": "varchar",
        "scope_kind": "varchar",
        "protocol": "varchar",
        "candidate": "varchar",
        "is_served": "boolean",
        "races": "bigint",
        "races_with_baseline": "bigint",
        "mape_pct": "double",
        "mape_low_pct": "double",
        "mape_high_pct": "double",
        "bias_pct": "double",
        "interval_coverage_pct": "double",
        "interval_score_pct": "double",
        "paired_mape_pct": "double",
        "baseline_mape_pct": "double",
        "skill_pct": "double",
        "hardest_baseline": "varchar",
        "hardest_skill_pct": "double",
    },
    "training.backtest_predictions": {
        "athlete_id": "varchar",
        "race_id": "varchar",
        "protocol": "varchar",
        "is_served": "boolean",
        "race_date": "date",
        "distance_label": "varchar",
        "race_time_s": "double",
        "predicted_time_s": "double",
        "lower_80_s": "double",
        "upper_80_s": "double",
        "baseline_time_s": "double",
    },
}

# Queries with rows of athletes. The view `chosen` has the athletes of the report.
OF_ATHLETES = {
    "today": """
        select today.*, days.ramp, days.monotony, days.longest_run_30d_m, days.has_42_days
        from gold.athlete_today as today semi join chosen using (athlete_id)
        left join features.rolling_features as days
            on today.athlete_id = days.athlete_id and today.as_of_date = days.feature_date""",
    "forecasts": """
        from gold_athlete_predictions semi join chosen using (athlete_id)
        order by athlete_id, distance_m""",
    # The last forecast of each day, or of each week for days more than a year ago.
    "history": """
        select athlete_id, distance_label, distance_m, prediction_date, predicted_time_s,
            lower_80_s, upper_80_s, baseline_time_s,
            coalesce(origin <> 'live', cast(predicted_at as date) > prediction_date + 1)
                as is_afterwards,
            min(prediction_date) over (partition by athlete_id) as kept_since
        from inference_race_predictions semi join chosen using (athlete_id)
        left join silver.athletes using (athlete_id)
        where model_role <> 'challenger' and predicted_time_s is not null
            and prediction_date <= as_of_date
        qualify 1 = row_number() over (
            partition by athlete_id, distance_m, case
                when prediction_date > as_of_date - 365 then prediction_date
                else cast(date_trunc('week', prediction_date) as date) end
            order by prediction_date desc, predicted_at desc, model_version desc)
        order by athlete_id, distance_m, prediction_date""",
    # Dated after the day of the build: wrong clocks, or a build as of a past day.
    "later": """
        select athlete_id, count(*) as activities, min(activity_date) as first_day,
            max(activity_date) as last_day
        from silver_activities semi join chosen using (athlete_id)
        join silver.athletes using (athlete_id)
        where activity_date > as_of_date
        group by athlete_id""",
    # Dated after the import, unless another version of the activity has a valid date.
    "ahead": """
        select athlete_id, count(distinct activity_id) as activities,
            min(cast(started_at as date)) as first_day, max(cast(started_at as date)) as last_day
        from silver_quarantine semi join chosen using (athlete_id)
        join bronze_landed_activities using (landed_row_id)
        anti join silver_activities using (athlete_id, activity_id)
        where quarantine_reason = 'starts_after_import'
        group by athlete_id""",
    "days": """
        select athlete_id, feature_date, training_load, ctl, atl, tsb
        from features.rolling_features semi join chosen using (athlete_id)
        order by athlete_id, feature_date""",
    "weeks": """
        select athlete_id, date_trunc('week', activity_date) as week, sport,
            sum(duration_s) / 3600 as hours, coalesce(sum(distance_m), 0) / 1000 as km
        from features.activity_features semi join chosen using (athlete_id)
        group by all order by all""",
    "zones": """
        select athlete_id, date_trunc('week', activity_date) as week,
            coalesce(sum(z1_s), 0) / 3600 as z1, coalesce(sum(z2_s), 0) / 3600 as z2,
            coalesce(sum(z3_s), 0) / 3600 as z3, coalesce(sum(z4_s), 0) / 3600 as z4,
            coalesce(sum(z5_s), 0) / 3600 as z5,
            sum(duration_s) / 3600 as hours,
            coalesce(sum(duration_s) filter (heart_rate_detail = 'mean'), 0) / 3600
                as hours_from_mean
        from features.activity_features semi join chosen using (athlete_id)
        group by all order by all""",
    "alerts": """
        from gold_overtraining_alerts semi join chosen using (athlete_id)
        order by athlete_id, alert_date desc, severity desc, cause""",
    "races": """
        select * replace (coalesce(nullif(trim(race_name), ''), '(no name)') as race_name)
        from labels.race_results semi join chosen using (athlete_id)
        order by athlete_id, race_date desc, distance_m desc, activity_id""",
    "backtest": """
        from training_backtest_predictions semi join chosen using (athlete_id)
        where coalesce(protocol, 'walk_forward') = 'walk_forward' and coalesce(is_served, true)
        order by athlete_id, race_date desc, race_id""",
    "ledger": """
        from monitoring_prediction_ledger semi join chosen using (athlete_id)
        where coalesce(model_role, '') <> 'challenger'
        qualify 1 = row_number() over (
            partition by race_id, days_ahead order by prediction_date desc, model_version desc)
        order by athlete_id, race_date desc, race_id, days_ahead""",
    "load_methods": """
        select athlete_id, load_method, count(*) as activities, sum(training_load) as load
        from features.activity_features semi join chosen using (athlete_id)
        group by all order by athlete_id, load desc""",
    "calibration": """
        from features.load_calibration semi join chosen using (athlete_id)
        where is_threshold_suspect order by athlete_id, sport, load_method""",
    "imports": """
        from monitoring.row_reconciliation semi join chosen using (athlete_id)
        order by athlete_id, ingested_at""",
    "quarantine": """
        select athlete_id, quarantine_reason as reason, count(*) as rows_landed
        from silver.quarantine semi join chosen using (athlete_id)
        group by all order by athlete_id, rows_landed desc, reason""",
}

OF_ALL = {
    "evaluation": """
        select evaluation.* from training_model_evaluation as evaluation
        left join (select distinct distance_label, distance_m from labels.race_results) as races
            on evaluation.scope = races.distance_label
        where coalesce(protocol, 'walk_forward') = 'walk_forward' and coalesce(is_served, true)
            and coalesce(scope_kind, 'all') in ('all', 'distance', 'reference_mix')
        order by scope <> 'all', distance_m, scope""",
    "slices": """
        from training_model_evaluation
        where protocol = 'walk_forward' and is_served and races >= 20
            and scope_kind not in ('all', 'distance', 'reference_mix')
        order by scope_kind, scope""",
    "candidates": """
        from training_model_evaluation
        where protocol = 'walk_forward' and scope = 'all' and candidate is not null
        order by interval_score_pct, candidate""",
    "cold_start": """
        from training_model_evaluation
        where protocol = 'cold_start' and scope = 'all' and coalesce(is_served, true)""",
    "leak": "from training.leak_demonstration",
    "decisions": "from training_model_decisions order by decided_at desc limit 5",
    "importance": """
        from training_feature_importance
        qualify model_version = max_by(model_version, try_cast(model_version as bigint)) over ()
        order by importance_rank limit 6""",
    "gate": "from training.gate_results order by criterion",
    "runs": "from training_training_runs order by trained_at desc",
    "record": "from gold_track_record order by days_ahead, distance_label",
    "predictors": """
        from gold_predictor_record where distance_label = 'all' order by predictor, days_ahead""",
    "health": """
        select *, status = 'blind'
            and count_if(status <> 'blind') over (partition by check_name) = 0 as is_new
        from monitoring_health qualify checked_on = max(checked_on) over (partition by check_name)
        order by case status when 'fail' then 0 when 'blind' then 1 when 'warn' then 2 else 3 end,
            layer, check_name""",
    "drift": """
        from monitoring_drift
        qualify checked_on = max(checked_on) over (partition by feature_name)
        order by is_drift desc, feature_name""",
    "performance": "from monitoring_estimated_performance order by chunk_end desc limit 1",
    "retraining": "from monitoring_retraining_decision order by decided_on desc limit 1",
}
