"""Runs notebooks, each in a process of its own, which has its packages loaded already.

Serverless compute keeps such processes ready too. Nothing of one notebook is left for the next.
"""

import runpy
import socketserver
import sys
import traceback
from pathlib import Path

# What Stride's Python models import: seconds for each otherwise. None of it starts a thread.
import mlflow.pyfunc  # noqa: F401
import pandas  # noqa: F401
import pyspark.sql.connect.session  # noqa: F401
import sklearn.pipeline  # noqa: F401

DONE = "done"


class Notebook(socketserver.StreamRequestHandler):
    """One notebook: its file's name comes in, `DONE` or a trace goes out."""

    def handle(self) -> None:
        """Run it."""
        script = self.rfile.readline().decode().strip()
        sys.path[0] = str(Path(script).parent)
        try:
            runpy.run_path(script, run_name="__main__")
            answer = DONE
        except BaseException:  # whatever ends a notebook is its answer
            answer = traceback.format_exc()
        self.wfile.write(answer.encode())


class Server(socketserver.ForkingMixIn, socketserver.TCPServer):
    """Forks for each notebook."""


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Notebook) as server:
        print(server.server_address[1], flush=True)
        sys.stdout = sys.stderr
        server.serve_forever()
