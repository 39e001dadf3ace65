with

candidates as (

    select * from {{ ref('stg_race_candidates') }}

),

race_words as (

    select * from {{ ref('race_words') }}

),

-- Punctuation becomes blanks, so that a phrase is found as whole words only.
padded as (

    select
        athlete_id,
        activity_id,
        distance_label,
        ' ' || translate(
            lower(coalesce(name, '')), '-_.,;:!?()[]/#@&+"', '                  '
        ) || ' ' as words

    from candidates

),

final as (

    select
        padded.athlete_id,
        padded.activity_id,
        -- A 17 km run called marathon is no marathon: a phrase that names a distance must agree.
        coalesce(bool_or(
            race_words.means = 'race'
            and coalesce(race_words.distance_label, padded.distance_label) = padded.distance_label
        ), false) as has_race_word,
        coalesce(bool_or(race_words.means = 'not_race'), false) as has_training_word

    from padded
    left join race_words on padded.words like '% ' || race_words.phrase || ' %'
    group by padded.athlete_id, padded.activity_id

)

select * from final
