"""What `databricks bundle validate` asks of a workspace, answered on loopback.

It has not met the command line yet, which can't be had everywhere: what it asks was read from its
source. What is missing here, it gets as 404 and says so.
"""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlparse


class Endpoints(BaseHTTPRequestHandler):
    """A workspace in which whoever asks is called as their token, and every folder is there."""

    protocol_version = "HTTP/1.1"

    def do_any(self):
        """Answer one request."""
        url = urlparse(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self.headers.get("Authorization", "").removeprefix("Bearer ")
        folder = parse_qs(url.query).get("path", [""])[0]
        answer = {
            "/.well-known/databricks-config": {"host_type": "workspace", "workspace_id": "1"},
            "/api/2.0/preview/scim/v2/Me": {"id": "1", "userName": name, "displayName": name},
            "/api/2.0/sql/warehouses": {
                "warehouses": [{"id": "w", "name": "Serverless Starter Warehouse"}]
            },
            "/api/2.0/workspace/get-status": {
                "path": folder,
                "object_type": "DIRECTORY",
                "object_id": 1,
            },
            "/api/2.0/workspace/mkdirs": {},
            "/telemetry-ext": {"errors": [], "numProtoSuccess": 1},
        }.get(url.path)
        missing = {"error_code": "ENDPOINT_NOT_FOUND", "message": f"{self.command} {url.path}"}
        body = json.dumps(missing if answer is None else answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Databricks-Org-Id", "1")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_any

    def log_message(self, *args):
        """Do not log."""
