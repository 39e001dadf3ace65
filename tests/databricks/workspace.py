"""A loopback stand-in for the part of a Databricks workspace that dbt-databricks talks to.

One process with one real, local Spark. It binds 127.0.0.1 only and is for tests only; see
README.md for what it is faithful about. Started by `session.workspace`.
"""

import argparse
import json
import os
import shutil
import signal
import ssl
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlparse

import engine
from certificate import certificate
from log import Log
from python_models import PythonModels
from rest import Rest
from statements import Statements
from thrift_service import ThriftService
from unity import Unity


class Handler(BaseHTTPRequestHandler):
    """Hands Thrift and REST requests to the two services."""

    protocol_version = "HTTP/1.1"
    thrift: ThriftService
    rest: Rest

    def do_any(self):
        """Answer one request."""
        url = urlparse(self.path)
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if url.path.startswith("/sql/"):
            return self._send(200, self.thrift.answer(data), "application/x-thrift")
        try:
            body = json.loads(data) if data else {}
            code, answer = self.rest.answer(
                self.command, url.path, dict(parse_qsl(url.query)), body
            )
        except Exception:  # a stand-in must say what it could not do
            code, answer = 500, {"error_code": "INTERNAL_ERROR", "message": traceback.format_exc()}
        self._send(code, json.dumps(answer).encode(), "application/json")

    do_GET = do_POST = do_PUT = do_PATCH = do_any

    def _send(self, code: int, data: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        """Say nothing: `statements.jsonl` has it."""


def die_with_parent() -> None:
    """End this process and Spark's when the other end of standard input is gone."""
    if os.getpgrp() != os.getpid():
        return  # started by hand: the group is someone else's

    def watch():
        while os.read(0, 1024):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder for tables and logs")
    parser.add_argument("--volumes", type=Path, required=True, help="folder that is /Volumes")
    parser.add_argument("--catalog", required=True)
    parser.add_argument("--jars", type=Path, help="folder with Delta Lake's jars; none: Parquet")
    arguments = parser.parse_args()
    state = arguments.state.resolve()

    die_with_parent()
    shutil.rmtree(state / "warehouse", ignore_errors=True)
    log = Log(state)
    has_delta = arguments.jars is not None
    models = PythonModels(state, arguments.catalog, log, has_delta)
    spark, connect_port = engine.start(state, arguments.jars)
    spark.sql("create schema if not exists default")
    models.connect(connect_port)
    statements = Statements(
        arguments.catalog, arguments.volumes.resolve(), Unity(arguments.catalog), has_delta
    )
    Handler.thrift = ThriftService(spark, statements, log)
    Handler.rest = Rest(models, log)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(state))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    # Written under another name first: who waits for it must not read half of it.
    (state / "ready.part").write_text(str(server.server_port))
    (state / "ready.part").rename(state / "ready")
    server.serve_forever()


if __name__ == "__main__":
    main()
