"""The bundle as the Databricks CLI would read it: files included, variables filled in."""

import importlib
import json
import re
from copy import deepcopy
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]

# What the workspace fills in; no variable of ours.
HOST = "https://example.cloud.databricks.com"
HOME = "/Workspace/Users/someone@example.com"

# Classes of databricks-bundles, by the name of the resource in YAML.
CLASSES = {
    "alerts": "Alert",
    "dashboards": "Dashboard",
    "experiments": "MlflowExperiment",
    "jobs": "Job",
    "quality_monitors": "QualityMonitor",
    "registered_models": "RegisteredModel",
    "schemas": "Schema",
    "volumes": "Volume",
}


def load(target: str, project: Path = PROJECT) -> dict:
    """Read the bundle for a target.

    Parameters
    ----------
    target : str
        One of the bundle's targets.
    project : Path
        Folder of `databricks.yml`.

    Returns
    -------
    dict
        The configuration with the target's own resources and variables merged in; references
        such as ``${var.catalog}`` are still in it.
    """
    bundle = yaml.safe_load((project / "databricks.yml").read_text())
    bundle.setdefault("resources", {})
    for pattern in bundle["include"]:
        for file in sorted(project.glob(pattern)):
            _merge(bundle["resources"], yaml.safe_load(file.read_text())["resources"])
    chosen = bundle["targets"][target]
    _merge(bundle["resources"], chosen.get("resources", {}))
    bundle["values"] = {
        name: chosen.get("variables", {}).get(name, variable.get("default"))
        for name, variable in bundle["variables"].items()
    }
    root = chosen.get("workspace", {}).get("root_path", f"{HOME}/.bundle/stride/{target}")
    bundle["given"] = {
        "bundle.target": target,
        "workspace.host": HOST,
        "bundle.git.commit": "0123abc",
        "workspace.current_user.short_name": "someone",
        "workspace.root_path": root,
        "workspace.artifact_path": f"{root}/artifacts",
        "workspace.file_path": f"{root}/files",
    }
    return bundle


def fill(bundle: dict, **values: str) -> dict:
    """Resources of a bundle with every reference filled in.

    Raises
    ------
    KeyError
        If something refers to a variable or a resource that is not there.
    """
    have = bundle["values"] | values
    resources = bundle["resources"]

    def value(found: re.Match) -> str:
        name = found[1]
        if name in bundle["given"]:
            return text(bundle["given"][name])
        kind, _, rest = name.partition(".")
        if kind == "var":
            filled = have[rest]
            return text(rest if filled is None else filled)  # no default: given at deployment
        if kind == "resources":
            group, key, field = rest.split(".")
            return "1" if field == "id" else text(resources[group][key][field])
        raise KeyError(f"{found[0]} is no reference that the bundle knows")

    def text(raw) -> str:
        return re.sub(r"\$\{([\w.]+)\}", value, str(raw))

    def walk(node):
        if isinstance(node, dict):
            return {key: walk(item) for key, item in node.items()}
        if isinstance(node, list):
            return [walk(item) for item in node]
        if isinstance(node, str):
            filled = text(node)
            return int(filled) if re.fullmatch(r"\$\{resources\.\w+\.\w+\.id\}", node) else filled
        return node

    return walk(deepcopy(resources))


def check(group: str, resource: dict) -> None:
    """Check a resource against its class in databricks-bundles.

    Raises
    ------
    ValueError
        If there is a key that the class does not have, or a value of another type.
    """
    module = importlib.import_module(f"databricks.bundles.{group}")
    getattr(module, CLASSES[group]).from_dict(resource)


def queries(resources: dict, project: Path = PROJECT) -> dict[str, str]:
    """What alerts, conditions and dashboards ask, by name; parameters filled in."""
    catalog = resources["schemas"]["gold"]["catalog_name"]
    found = {name: alert["query_text"] for name, alert in resources["alerts"].items()}
    for file in sorted((project / "resources" / "sql").glob("*.sql")):
        named = re.sub(r"identifier\(:catalog \|\| '(.*?)'\)", rf"{catalog}\1", file.read_text())
        found[file.stem] = named
    for dashboard in resources["dashboards"].values():
        file = project / "resources" / dashboard["file_path"]
        for dataset in json.loads(file.read_text())["datasets"]:
            found[f"dashboard {dataset['name']}"] = "".join(dataset["queryLines"])
    return found


def references(text: str) -> set[str]:
    """Names of the variables that a text refers to."""
    return set(re.findall(r"\$\{var\.(\w+)\}", text))


def _merge(into: dict, more: dict) -> None:
    for group, resources in more.items():
        into.setdefault(group, {}).update(resources)
