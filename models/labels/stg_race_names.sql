with

-- Many runs, few names: each is read once. Punctuation becomes blanks, so that a phrase is found
-- as whole words only; languages written without blanks are searched inside words.
names as (

    select distinct
        name,
        ' ' || translate(lower(name), '-_.,;:!?()[]/#@&+"|*''’', '                      ')
        || ' ' as words

    from {{ ref('stg_race_runs') }}
    where name is not null

),

race_words as (

    select * from {{ ref('race_words') }}

),

standard_distances as (

    select * from {{ ref('standard_distances') }}

),

final as (

    select
        names.name,
        race_words.phrase,
        race_words.means,
        standard_distances.distance_label,
        cast(standard_distances.distance_m as double) as distance_m

    from names
    inner join race_words
        on case
            when race_words.is_whole_word then names.words like '% ' || race_words.phrase || ' %'
            else names.words like '%' || race_words.phrase || '%'
        end
    left join standard_distances on race_words.distance_label = standard_distances.distance_label

)

select * from final
