{#-
    One schema per layer, named as the layer: `features.rolling_features` on every engine. A target with
    a schema of its own, such as a developer's in a catalog that others use, has it before each name:
    `ana_features.rolling_features`.
-#}
{% macro generate_schema_name(custom_schema_name, node=none) -%}
    {%- set own = '' if target.schema in ['main', 'default'] else target.schema -%}
    {{ [own, custom_schema_name] | select | map('trim') | join('_') or target.schema }}
{%- endmacro %}
