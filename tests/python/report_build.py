"""Writes a DuckDB file with the shape of a build and made-up numbers, to report on."""

import duckdb
import numpy as np
import pandas as pd

AS_OF = pd.Timestamp(2026, 6, 30)
DISTANCES = {"5k": 5000.0, "10k": 10000.0, "half marathon": 21097.5, "marathon": 42195.0}

# What an activity may be called by somebody who means harm, or is merely cheerful.
HOSTILE = [
    "</script><script>alert('x')</script><b>5K</b>",
    '=HYPERLINK("http://evil.example","10K")',
    "{{ 7 * 7 }} {% raw %} {{ config.items() }}",
    "City \u202emoc.live\u202c 10K \u2066\u200f",
    "\N{RUNNER}" * 10_000,
    '"><img src=x onerror=alert(1)> 5K',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "line\nbreak\r\x00\x1b[31m 5K",
]


REASONED = {
    "refusal_reason": "",
    "reason_1": "Your last race, 5k in 0:24:50 on 20 Jun 2026: 1.2 % faster",
    "reason_2": "Fitness (CTL) of 40 load a day: 0.8 % faster",
    "reason_3": f"Weekly distance {HOSTILE[0]}: 0.3 % slower",
    "next_race_date": AS_OF + pd.Timedelta(days=12),
}


def everyone(names, **columns) -> pd.DataFrame:
    """The same rows for each athlete."""
    each = pd.DataFrame({"athlete_id": pd.Series(names, dtype=str)})
    return each.merge(pd.DataFrame(columns), how="cross")


def write_build(path, names, years=0.5, races=3, stage="1", race_names=HOSTILE, later=False):
    """Write a build; only its shape matters.

    With ``later`` it has the tables that a build of an earlier version lacks.
    """
    days = pd.date_range(end=AS_OF, periods=int(365 * years))
    load = 40 + 30 * np.sin(np.arange(len(days)))
    raced = [AS_OF - pd.Timedelta(days=10 + 60 * k) for k in range(races)]
    called = [race_names[k % len(race_names)] for k in range(races)]
    timed = {"predicted_time_s": 1500.0, "lower_80_s": 1400.0, "upper_80_s": 1600.0}
    role = {"model_version": stage, "model_role": "champion" if stage == "1" else stage}
    result = everyone(
        names,
        race_id=pd.Series([f"r{k}" for k in range(races)], dtype=str),
        race_date=pd.to_datetime(raced),
        race_name=pd.Series(called, dtype=str),
    ).assign(distance_label="5k", race_time_s=1490.0)
    measured = {"races": races, "races_with_baseline": races - 1, "mape_pct": 5.0, "bias_pct": -1.0}
    measured |= {"interval_coverage_pct": 80.0, "paired_mape_pct": 5.0, "baseline_mape_pct": 4.0}
    zones = {f"z{k}_s": 600.0 * k for k in range(1, 6)}
    tables = {
        "silver.athletes": everyone(names, as_of_date=[AS_OF]),
        "silver.quarantine": everyone(
            names, quarantine_reason=["no_start", "no_start", "no_duration"]
        ),
        "gold.athlete_today": everyone(
            names,
            **{"as_of_date": [AS_OF], "days_of_history": len(days), "ctl": 40.0, "atl": 50.0},
            **{"tsb": -10.0, "acwr": np.nan, "load_7d": 300.0},
            **{"run_distance_7d_m": 40000.0, "run_distance_28d_m": 160000.0},
        ),
        "gold.athlete_predictions": everyone(
            names,
            **{"distance_label": list(DISTANCES), "distance_m": list(DISTANCES.values()), **timed},
            **{"prediction_date": AS_OF, "baseline_time_s": 1500.0 if races else np.nan},
            **{"support": "one_race" if races else "training_only", **role},
        ),
        "features.rolling_features": everyone(
            names,
            **{"feature_date": days, "training_load": load, "ctl": load, "atl": load, "tsb": -load},
            **{"ramp": 1.0, "monotony": 1.2, "longest_run_30d_m": 2e4, "has_42_days": True},
        ),
        "features.activity_features": everyone(
            names,
            **{"activity_date": days, "sport": "run", "duration_s": 3600.0, "distance_m": 1e4},
            **{"training_load": load, "load_method": "heart_rate", "heart_rate_detail": "mean"},
            **zones,
        ),
        "features.load_calibration": everyone(
            names, sport="run", load_method="heart_rate", reference_method=["pace"], activities=40
        ).assign(median_ratio=0.7, is_threshold_suspect=True),
        "labels.race_results": result.assign(
            activity_id=result["race_id"], distance_m=5000.0, incomparable_reason=None
        ),
        "training.backtest_predictions": result.assign(**timed, baseline_time_s=np.nan),
        "training.model_evaluation": pd.DataFrame(
            [{"scope": s, **measured, "skill_pct": -25.0} for s in ("5k", "all")][: 2 * races]
        ).reindex(columns=["scope", *measured, "skill_pct"]),
        "training.leak_demonstration": pd.DataFrame(
            {"join_kind": ["day_before", "same_day_state", "same_day"], "mape_pct": [5.0, 4.0, 0.2]}
        ),
        "training.gate_results": pd.DataFrame(
            {"criterion": ["honest_interval"], "metric": "interval_coverage_pct", "why": "Why."}
        ).assign(metric_value=80.0, at_least=65.0, at_most=95.0, is_passed=True, status="passed"),
        "training.training_runs": pd.DataFrame(
            {"model_version": ["1"], "training_races": races, "is_gate_passed": False}
        ).assign(trained_at=AS_OF),
        "monitoring.row_reconciliation": everyone(
            names, source_file=[f"{HOSTILE[0]}.csv"], ingested_at=AS_OF, rows_landed=9
        ).assign(rows_kept=5, rows_duplicate=1, rows_quarantined=3, rows_unaccounted=0),
    }
    if later:
        tables |= _later(names, timed | role)
        tables["gold.athlete_predictions"] = tables["gold.athlete_predictions"].assign(**REASONED)
    with duckdb.connect(str(path)) as connection:
        for name, frame in tables.items():
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            connection.register("frame", frame)
            dates = [c for c in frame.columns if c.endswith(("_date", "_on"))]
            as_dates = ", ".join(f"cast({c} as date) as {c}" for c in dates)
            typed = f"* replace ({as_dates})" if dates else "*"
            connection.execute(f"create table {name} as select {typed} from frame")
    return path


def _later(names, forecast) -> dict[str, pd.DataFrame]:
    days = pd.date_range(end=AS_OF, periods=500)
    said = pd.MultiIndex.from_product(
        [days, DISTANCES], names=["prediction_date", "distance_label"]
    )
    said = said.to_frame(index=False)
    said["distance_m"] = said["distance_label"].map(DISTANCES)
    pace = 0.3 * (1 + 0.02 * np.sin(np.arange(len(said)) / 200))
    said["predicted_time_s"] = said["distance_m"] * pace
    said = said.assign(
        lower_80_s=said["predicted_time_s"] * 0.95,
        upper_80_s=said["predicted_time_s"] * 1.05,
        baseline_time_s=said["predicted_time_s"] * 1.02,
        predicted_at=said["prediction_date"] + pd.Timedelta(hours=6),
        origin=["replay"] * 100 + ["live"] * (len(said) - 100),
        **{name: forecast[name] for name in ("model_version", "model_role")},
    )
    alert_days = [AS_OF - pd.Timedelta(days=k) for k in (0, 8, 90)]
    return {
        "inference.race_predictions": everyone(names, **said.to_dict("list")),
        "gold.overtraining_alerts": everyone(
            names,
            **{"alert_date": alert_days, "cause": "session_spike", "severity": "warn"},
            **{"value": 1.4, "limit_value": 1.1, "days_to_clear": 9, "is_sent_candidate": True},
            **{"title_en": "Longest run of a month", "is_muted": [False, True, False]},
            **{"text_en": f"Today's run was 40 % longer than your longest. {HOSTILE[0]}"},
        ),
        "monitoring.prediction_ledger": everyone(
            names,
            **{"race_id": ["r0", "r0"], "race_date": AS_OF - pd.Timedelta(days=10)},
            **{"distance_label": "5k", "days_ahead": [1, 28], "race_time_s": 1490.0, **forecast},
            **{"prediction_date": AS_OF - pd.Timedelta(days=11), "baseline_time_s": 1510.0},
            **{"origin": "replay"},
        ),
        "gold.track_record": pd.DataFrame(
            {"distance_label": ["5k"], "days_ahead": 1, "races": 1, "mape_pct": 0.7}
        ).assign(bias_pct=0.7, coverage_pct=100.0, baseline_mape_pct=1.3),
        "monitoring.health": pd.DataFrame(
            {
                "check_name": ["rows_are_accounted_for", "data_are_fresh"],
                "checked_on": AS_OF,
                "layer": ["silver", "bronze"],
                "status": ["ok", "warn"],
                "detail": ["All 9 rows ended somewhere.", "Nothing was imported for 9 days."],
                "what_to_do": [None, "Import a newer export."],
            }
        ),
        "monitoring.drift": pd.DataFrame(
            {"feature_name": ["ctl"], "checked_on": AS_OF, "statistic": 0.3, "limit_value": 0.2}
        ).assign(is_over=True, days_over=8, is_drift=True, explanation="Higher than in training."),
        "training.model_decisions": pd.DataFrame(
            {"decided_at": [AS_OF], "decided_on": AS_OF, "action": "promote", "to_version": "1"}
        ).assign(decided_by="gate", why="It met every criterion."),
        "training.feature_importance": pd.DataFrame(
            {"model_version": ["9", "10"], "feature_group": "earlier_races", "importance_rank": 1}
        ).assign(effect_pct=4.2),
        "monitoring.retraining_decision": pd.DataFrame(
            {"decided_on": [AS_OF], "should_train": True, "reasons": "12 new races"}
        ),
    }
