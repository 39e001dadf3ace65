-- The days of athletes that pass their audit, in place of those published before.
select batch.*  -- noqa: AM04
from {{ ref('int_rolling_features') }} as batch
inner join {{ ref('int_feature_audits') }} as audits on batch.athlete_id = audits.athlete_id
where audits.finding is null
