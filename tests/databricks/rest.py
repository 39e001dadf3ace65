"""The REST calls that dbt-databricks makes through the SDK to run a Python model."""

import base64
import itertools

from log import Log
from python_models import PythonModels


class Rest:
    """Workspace files and one-time runs; a run is over when its submission returns."""

    def __init__(self, python_models: PythonModels, log: Log):
        self.python_models, self.log = python_models, log
        self.notebooks: dict[str, str] = {}
        self.runs: dict[int, dict] = {}
        self.errors: dict[int, str] = {}
        self._numbers = itertools.count(1)

    def answer(self, method: str, path: str, query: dict, body: dict) -> tuple[int, dict]:
        """Answer one call with a status and a body."""
        shown = {k: v for k, v in body.items() if k != "content"}
        self.log.write("rest", method=method, path=path, query=query, body=shown)
        # All that an API call says besides its version.
        call = path.removeprefix("/api/").partition("/")[2] if path.startswith("/api/") else path
        answer = Rest._nothing if call.startswith("permissions/jobs/") else CALLS.get(call)
        if answer is None:
            return 404, {"error_code": "ENDPOINT_NOT_FOUND", "message": f"{method} {path}"}
        if call == "jobs/runs/submit" and any(map(_is_refused, body["tasks"])):
            said = "A serverless task has an environment; libraries and a cluster go together."
            return 400, {"error_code": "INVALID_PARAMETER_VALUE", "message": said}
        return 200, answer(self, query, body)

    def _import(self, query, body):
        self.notebooks[body["path"]] = base64.b64decode(body["content"]).decode()
        return {}

    def _submit(self, query, body):
        number = next(self._numbers)
        error = None
        for task in body["tasks"]:
            notebook = task["notebook_task"]
            path, parameters = notebook["notebook_path"], notebook.get("base_parameters", {})
            error = error or self.python_models.run(path, self.notebooks[path], parameters)
        self.errors[number] = error or ""
        self.runs[number] = {
            "run_id": number,
            "job_id": number,
            "tasks": [{"run_id": number, "task_key": t["task_key"]} for t in body["tasks"]],
            "state": {
                "life_cycle_state": "INTERNAL_ERROR" if error else "TERMINATED",
                "result_state": "FAILED" if error else "SUCCESS",
                "state_message": (error or "")[-500:],
            },
        }
        return {"run_id": number}

    def _run(self, query, body):
        return self.runs[int(query["run_id"])]

    def _output(self, query, body):
        trace = self.errors[int(query["run_id"])]
        return {"error": (trace.strip().splitlines() or [""])[-1], "error_trace": trace}

    def _nothing(self, query, body):
        return {}

    def _me(self, query, body):
        return {"userName": "someone@example.com", "id": "1"}

    def _host(self, query, body):
        return {"host_type": "workspace"}


def _is_refused(task: dict) -> bool:
    """Whether a task mixes what serverless compute and what a cluster takes, as the API says."""
    is_on_cluster = {"new_cluster", "existing_cluster_id", "job_cluster_key"} & task.keys()
    return bool(task.get("environment_key") if is_on_cluster else task.get("libraries"))


CALLS = {
    "/.well-known/databricks-config": Rest._host,
    "preview/scim/v2/Me": Rest._me,
    "workspace/mkdirs": Rest._nothing,
    "workspace/import": Rest._import,
    "jobs/runs/submit": Rest._submit,
    "jobs/runs/get": Rest._run,
    "jobs/runs/get-output": Rest._output,
}
