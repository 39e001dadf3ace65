{#-
    How often each unit is drawn in each of 200 replicates: a Poisson bootstrap. The draws are
    hashes, compared as text with the shares of a Poisson distribution of mean 1 (36.8 %, 73.6 %,
    92.0 %, 98.1 %, 99.6 % in hexadecimal), so both engines and every run draw the same.
-#}
with

units as (

    select distinct unit from {{ ref('stg_backtest_errors') }}

),

{% set digits = range(10) | join('), (') -%}
replicates as (

    select cast(100 * hundreds.digit + 10 * tens.digit + ones.digit as bigint) as replicate

    from (values (0), (1)) as hundreds (digit)
    cross join (values ({{ digits }})) as tens (digit)
    cross join (values ({{ digits }})) as ones (digit)

),

hashed as (

    select
        units.unit,
        replicates.replicate,
        substring(md5(units.unit || ':' || cast(replicates.replicate as string)), 1, 8) as draw

    from units
    cross join replicates

),

final as (

    select
        unit,
        replicate,
        case
            when draw < 'bc5ab1b1' then 1e0
            when draw < 'eb715e1d' then 2e0
            when draw < 'fb239797' then 3e0
            when draw < 'ff1025f5' then 4e0
            else 5e0
        end as times

    from hashed
    where draw >= '5e2d58d8'

)

select * from final
