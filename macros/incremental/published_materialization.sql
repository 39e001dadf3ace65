{#-
    Materialization of a table that is published from an audited batch. `meta` names the batch, the
    scope (athletes to recompute, with their first day) and the day column. The first time the
    batch becomes the table, without copying, and a view takes its place; after that the rows of the
    scope make way for the batch's. When a test of the batch fails, dbt skips the model: then the
    table stays as it was.
-#}
{% materialization published, default -%}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set batch = load_relation(ref(config.meta_get('batch'))) -%}
    {%- set columns = adapter.get_columns_in_relation(batch) | map(attribute='quoted') | join(', ') -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if batch.is_view and existing is not none -%}
        {#- The view that took a batch's place: what it shows is published already. -#}
        {%- call statement('main') -%}
            select 1 as published
        {%- endcall -%}
    {%- elif existing is none or should_full_refresh() or not has_columns_of(model.name, existing) -%}
        {%- if existing is not none -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- do adapter.rename_relation(batch, target_relation) -%}
        {%- call statement('main') -%}
            create view {{ batch }} as select * from {{ target_relation }}
        {%- endcall -%}
    {%- else -%}
        {%- call statement('withdraw') -%}
            {{ delete_matching(
                target_relation ~ ' as earlier',
                ref(config.meta_get('scope')) ~ ' as scope',
                'scope.athlete_id = earlier.athlete_id'
                    ~ ' and earlier.' ~ config.meta_get('day') ~ ' >= scope.first_day'
            ) }}
        {%- endcall -%}
        {%- call statement('main') -%}
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from {{ batch }}
        {%- endcall -%}
    {%- endif -%}

    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}

{%- endmaterialization %}
