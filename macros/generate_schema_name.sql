{#-
    One schema per layer, named after the layer: `features.rolling_features` on every engine. The
    schema of a target, such as a developer's in a shared catalog, becomes a prefix of each name:
    `ana_features.rolling_features`.
-#}
{% macro generate_schema_name(custom_schema_name, node=none) -%}
    {%- set own = '' if target.schema in ['main', 'default'] else target.schema -%}
    {{ [own, custom_schema_name] | select | map('trim') | join('_') or target.schema }}
{%- endmacro %}
