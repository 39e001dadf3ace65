"""The metrics by their definition are what the tables say when they are asked one by one."""

import pytest

VALUE = "select sum(numerator) / sum(denominator) from gold.metrics where metric = '{}' and {}"

ASKED = {
    "ctl": "select avg(ctl) from features.rolling_features where {}",
    "tsb": "select avg(tsb) from features.rolling_features where {}",
    "alerts_per_athlete": """
        select 28 * (
            select count(*) from gold.overtraining_alerts where cause <> 'acwr_classic' and {}
        ) / (select count(*) from features.rolling_features where {})""",
}
DAYS = {"rolling_features": "feature_date", "overtraining_alerts": "alert_date"}


@pytest.mark.parametrize("metric", sorted(ASKED))
@pytest.mark.parametrize("athlete", ["true", "athlete_id = 'sample-2'"])
def test_metrics_of_days(sample_home, metric, athlete):
    ((value,),) = sample_home.ask(
        VALUE.format(metric, f"metric_date between '2026-01-01' and '2026-03-31' and {athlete}")
    )
    query = ASKED[metric]
    for table, day in DAYS.items():
        within = f"{day} between '2026-01-01' and '2026-03-31' and {athlete}"
        before, found, after = query.partition(table)
        if found:
            query = before + found + after.replace("{}", within, 1)
    ((asked,),) = sample_home.ask(query)
    assert value == pytest.approx(asked, rel=1e-12)
    assert value != 0


LEDGER = """
    select * from (values
        ('ana:1', 'ana', date '2026-06-07', '10k', 7, false, -30.0, true),
        ('ana:1', 'ana', date '2026-06-07', '10k', 7, true, 900.0, false),
        ('bob:1', 'bob', date '2026-06-07', '10k', 7, false, 60.0, false),
        ('bob:2', 'bob', date '2026-06-14', '5k', 1, false, 90.0, true),
        ('bob:3', 'bob', date '2026-06-21', '5k', 1, false, null, null)
    ) as rows (
        race_id, athlete_id, race_date, distance_label, days_ahead, is_shadow, error_s, is_inside
    )
"""


@pytest.mark.parametrize(
    ("metric", "rows", "value"),
    [
        ("forecast_error", "true", 60),
        ("forecast_error", "distance_label = '10k'", 45),
        ("forecast_error", "days_ahead = 1", 90),
        ("coverage", "true", 2 / 3),
        ("coverage", "athlete_id = 'bob'", 0.5),
    ],
)
def test_metrics_of_forecasts_count_what_was_shown(sample_home, metric, rows, value):
    done = sample_home.dbt("compile", "--select", "metrics", "--quiet")
    assert done.returncode == 0, done.stdout
    (file,) = (sample_home.folder / "target" / "compiled").rglob("gold/metrics.sql")
    query = file.read_text()
    ledger = '"stride"."monitoring"."prediction_ledger"'
    assert ledger in query
    query = query.replace(ledger, f"({LEDGER})")
    ((found,),) = sample_home.ask(VALUE.format(metric, rows).replace("gold.metrics", f"({query})"))
    assert found == pytest.approx(value)
