with

activities as (

    select * from {{ ref('activities') }}
    where sport = 'run'

),

race_words as (

    select * from {{ ref('race_words') }}

),

-- Punctuation becomes blanks, so that a phrase is found as whole words only.
padded as (

    select
        athlete_id,
        activity_id,
        ' ' || translate(lower(coalesce(name, '')), '-_.,;:!?()[]/#@&+"', '                  ') || ' ' as words

    from activities

),

final as (

    select
        padded.athlete_id,
        padded.activity_id,
        coalesce(bool_or(race_words.means = 'race'), false) as has_race_word,
        coalesce(bool_or(race_words.means = 'not_race'), false) as has_training_word

    from padded
    left join race_words on padded.words like '% ' || race_words.phrase || ' %'
    group by padded.athlete_id, padded.activity_id

)

select * from final
