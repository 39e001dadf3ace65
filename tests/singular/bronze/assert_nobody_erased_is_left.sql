-- A landed row from before its athlete was erased. Streaming tables keep what they have read: they
-- have to be read anew after an erasure (dbt build --select landed_activities --full-refresh).
with

activities as (

    select * from {{ ref('landed_activities') }}

),

erasures as (

    select * from {{ ref('landed_erasures') }}

)

select activities.landed_row_id
from activities
inner join erasures
    on {{ sha256('activities.athlete_id') }} = erasures.athlete_hash
    and activities.ingested_at <= erasures.ingested_at
