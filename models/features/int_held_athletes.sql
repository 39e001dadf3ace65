select athlete_id

from {{ ref('intake_checks') }}
where is_held

union distinct

select athlete_id

from {{ ref('int_feature_audits') }}
where finding is not null
