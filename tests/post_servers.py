"""A mail server and a webhook's receiver on loopback, whose faults a test can plan."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_CHUNK = b"x" * 65_536


@dataclass
class MailServer:
    """Takes letters. ``plan``: what is answered to RCPT or, behind "after data", to a whole letter, in
    order; "silence" answers nothing until the server is closed.
    """

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    plan: list[tuple[str, str]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)

    def answer(self, moment: str, usual: str) -> str:
        if self.plan and self.plan[0][0] == moment:
            usual = self.plan.pop(0)[1]
        if usual == "silence":
            self.closed.wait(240)
        return usual

    @property
    def messages(self) -> list[EmailMessage]:
        parser = BytesParser(EmailMessage, policy=policy.default)
        return [parser.parsebytes(letter) for letter in self.letters]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    state = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"RCPT":
                    self._say(state.answer("rcpt", "250 ok"))
                elif word == b"DATA":
                    self._say("354 go on")
                    lines = []
                    while (part := self.rfile.readline()) not in {b".\r\n", b""}:
                        lines.append(part.removeprefix(b"."))
                    state.letters.append(b"".join(lines))
                    state.arrived.set()
                    self._say(state.answer("after data", "250 taken"))
                elif word == b"QUIT":
                    self._say("221 bye")
                else:
                    self._say("250 ok")

        def _say(self, words: str) -> None:
            if words != "silence":
                self.wfile.write(f"{words}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session), state) as port:
        state.port = port
        yield state


@dataclass
class HookServer:
    """Takes posts. ``plan``: the statuses of the answers in order; "huge" never ends its body, "slow" does
    not begin it.
    """

    port: int = 0
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    plan: list[int | str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def hook_server() -> Iterator[HookServer]:
    state = HookServer()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.posts.append((dict(self.headers), body))
            planned = state.plan.pop(0) if state.plan else 200
            if planned == "slow":
                state.closed.wait(240)
                return
            self.send_response(200 if planned == "huge" else int(planned))
            if planned == 302:
                self.send_header("Location", f"http://127.0.0.1:{state.port}/inner")
            self.end_headers()
            while planned == "huge" and not state.closed.is_set():
                try:
                    self.wfile.write(_CHUNK)
                except OSError:
                    return

        def log_message(self, *args: Any) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer), state) as port:
        state.port = port
        yield state


@contextmanager
def _serving(
    server: socketserver.ThreadingTCPServer | ThreadingHTTPServer, state: MailServer | HookServer
) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        state.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()
