with

-- Each distinct name is matched once. Punctuation becomes blanks, so that phrases match whole words
-- only; phrases of languages without blanks also match inside words.
names as (

    select distinct
        name,
        ' ' || lower(name) || ' ' as raw_words,
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

phrases as (

    select
        names.name,
        race_words.phrase,
        race_words.means,
        race_words.distance_label

    from names
    inner join race_words
        on case
            when race_words.is_whole_word then names.words like '% ' || race_words.phrase || ' %'
            else names.words like '%' || race_words.phrase || '%'
        end
    where race_words.means <> 'counter'

),

-- The first word, and the first number after a word with its neighbouring words.
parts as (

    select
        name,
        raw_words,
        regexp_extract(words, '^ *(the )?([^ ]+)', 2) as first_word,
        {% set pattern = ' ([^ ]*[^ 0-9#:@*/+.,-]) ([0-9]{1,3})[ ,;!)(-]+([^ ]*)' -%}
        regexp_extract(raw_words, '{{ pattern }}', 1) as word_before,
        regexp_extract(raw_words, '{{ pattern }}', 2) as number,
        regexp_extract(raw_words, '{{ pattern }}', 3) as word_after

    from names

),

counters as (

    select phrase from race_words
    where means in ('counter', 'not_race', 'perhaps_not', 'time_trial')

),

-- "Lakeside 10" is ten kilometres or ten miles; "Week 10" and "Lakeside 10 min" are neither.
numbers as (

    select
        parts.name,
        parts.number || ' = ' || standard_distances.distance_label as phrase,
        'number' as means,
        standard_distances.distance_label

    from parts
    inner join standard_distances
        on parts.number = regexp_extract(standard_distances.distance_label, '^[0-9]+', 0)
    left join counters as words_before on parts.word_before = words_before.phrase
    left join counters as words_after on parts.word_after = words_after.phrase
    where
        parts.number <> ''
        and words_before.phrase is null
        and words_after.phrase is null

),

-- Patterns that are not keywords: repetitions, a planned pace, the unit of a distance. The k of 5k
-- is not a unit, because athletes who use miles also run 5k races.
patterns as (

    select
        name,
        '4 x 400' as phrase,
        'not_race' as means,
        cast(null as string) as distance_label

    from parts
    where regexp_extract(raw_words, '[0-9][a-z]{0,2} ?[x×*] ?[0-9]', 0) <> ''
    union all
    select
        name,
        '@ 4:30' as phrase,
        'perhaps_not' as means,
        cast(null as string) as distance_label

    from parts
    where regexp_extract(raw_words, '@ ?[0-9]:[0-5][0-9][^0-9:]', 0) <> ''
    union all
    select
        name,
        '7 km' as phrase,
        'kilometres' as means,
        cast(null as string) as distance_label

    from parts
    where
        regexp_extract(raw_words, '[0-9] ?(km|kms|kilomet[a-z]*|км|公里|キロ)[^a-z]', 0) <> ''
    union all
    select
        name,
        '7 miles' as phrase,
        'miles' as means,
        cast(null as string) as distance_label

    from parts
    where regexp_extract(raw_words, '[0-9] ?(mi|mile|miles|miler|milers)[^a-z]', 0) <> ''
    union all
    select
        parts.name,
        'first word' as phrase,
        'event_name' as means,
        cast(null as string) as distance_label

    from parts
    left join counters on parts.first_word = counters.phrase
    where
        regexp_extract(parts.first_word, '^[^0-9]', 0) <> ''
        and counters.phrase is null

),

together as (

    select * from phrases
    union all
    select * from numbers
    union all
    select * from patterns

),

final as (

    select
        together.name,
        together.phrase,
        together.means,
        standard_distances.distance_label,
        cast(standard_distances.distance_m as double) as distance_m

    from together
    left join standard_distances on together.distance_label = standard_distances.distance_label

)

select * from final
