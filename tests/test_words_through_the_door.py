"""A command reaches the running app in whatever language its arguments are."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from typing_extensions import override

from labelcore.cli import sending
from labelcore.dispatch import Outcome, Request
from labelcore.progress import silent


class Door(BaseHTTPRequestHandler):
    """Keeps what it was sent and answers that it is done."""

    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """One command."""
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        outcome = Outcome(document={}, lines=("done",)).model_dump(mode="json")
        self.wfile.write(json.dumps({"outcome": outcome}).encode() + b"\n")

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize("name", ["Leaves something out · gpt", "遗漏要点", "🙂", "plain"])
def test_names_reach_the_app_as_they_are(name: str) -> None:
    Door.bodies.clear()
    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    door = {"url": f"http://127.0.0.1:{server.server_port}", "token": "t"}
    request = Request(operation="judge prompt show", project="p", arguments={"judge": name})
    found = sending._through(door, request, silent)
    thread.join()
    server.server_close()
    assert found is not None
    assert found.lines == ("done",)
    assert json.loads(Door.bodies[0].decode())["arguments"] == {"judge": name}
