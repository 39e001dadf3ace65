"""What belongs to Delta and Unity Catalog is found in CREATE TABLE, whatever the comments say."""

from tables import parse

CREATE = r"""(
    `a` string NOT NULL COMMENT 'The athlete\'s (own) id, not null, as select',
    `b` double COMMENT 'cluster by (x)',
    CONSTRAINT pk PRIMARY KEY (a, b TIMESERIES)
) using delta CLUSTER BY (a, b) comment 'as with (it\'s)' as select * from x"""


def test_only_what_unity_catalog_keeps_is_taken_out_where_delta_is():
    wanted = parse(CREATE, has_delta=True)
    assert wanted.not_null == {"a"}
    assert wanted.constraints == [("pk", "PRIMARY KEY (a, b TIMESERIES)")]
    assert wanted.clustering == "(a, b)"
    assert "using delta CLUSTER BY (a, b)" in wanted.body
    assert "PRIMARY KEY" not in wanted.body
    assert wanted.body.endswith("as select * from x")
    assert r"it\'s" in wanted.body


def test_without_delta_it_is_parquet():
    body = parse(CREATE).body
    assert "using parquet" in body
    assert "CLUSTER BY" not in body
    assert "'cluster by (x)'" in body


def test_automatic_clustering_is_databricks_own():
    assert parse("using delta cluster by auto as select 1", has_delta=True).clustering == "auto"
    assert "auto" not in parse("using delta cluster by auto as select 1", has_delta=True).body
