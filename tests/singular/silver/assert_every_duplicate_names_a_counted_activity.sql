select
    duplicates.landed_row_id,
    duplicates.survivor_row_id
from {{ ref('duplicates') }} as duplicates
left join {{ ref('activities') }} as activities
    on duplicates.survivor_row_id = activities.landed_row_id
where activities.landed_row_id is null
