"""A program that behaves as the local model server does, for tests; WEIGHTS say how it shall fail."""

from __future__ import annotations

import argparse
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--weights", type=Path)
parser.add_argument("--port", type=int)
given = parser.parse_args()
how = given.weights.read_text()
if how == "broken":
    sys.exit("these are no weights")
if how == "mute":
    time.sleep(60)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.headers["Authorization"] == f"Bearer {os.environ['LABELCORE_LOCAL_KEY']}"
        self.send_response(200 if known else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


HTTPServer(("127.0.0.1", given.port), Handler).serve_forever()
