"""A visitor who speaks Streamlit's protocol without a browser: what the pages hide is no obstacle to them."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from labelcore.access.sessions import COOKIE

_STREAM = "/_stcore/stream"


class Wire:
    """One open websocket; ``messages`` are those of the last run."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.session = self._page = ""
        self.messages: list[ForwardMsg] = []

    def run(self, page: str, query: str = "", *, pressed: Iterable[str] = (), fragment: str = "") -> None:
        """Run a page, as if these buttons had been pressed, and wait for its end."""
        sent = BackMsg()
        sent.rerun_script.page_name = page
        sent.rerun_script.page_script_hash = self._page if fragment else ""
        sent.rerun_script.query_string = query
        sent.rerun_script.fragment_id = fragment
        for name in pressed:
            sent.rerun_script.widget_states.widgets.add(id=name, trigger_value=True)
        self._socket.send(sent.SerializeToString())
        self.messages = []
        while True:
            message = self._next()
            self.messages.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
                self._page = message.new_session.page_script_hash
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(bytes(self._socket.recv(240)))  # type: ignore[arg-type]
        return message

    def elements(self) -> Iterator[Any]:
        """What the run showed."""
        for message in self.messages:
            if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
                yield message.delta.new_element

    def buttons(self) -> dict[str, str]:
        """Every button's id, with the words on it."""
        return {shown.button.id: shown.button.label for shown in self.elements() if shown.button.id}

    def downloads(self) -> list[str]:
        """The addresses of what can be downloaded."""
        return [shown.download_button.url for shown in self.elements() if shown.download_button.url]

    def offered(self) -> list[str]:
        """What can be downloaded and is made once it is asked for."""
        return [
            shown.download_button.deferred_file_id
            for shown in self.elements()
            if shown.download_button.deferred_file_id
        ]

    def made(self, file_id: str) -> str:
        """The address of such a file, made now; "" where that is refused."""
        sent = BackMsg()
        sent.backend_operation_request.request_id = file_id
        sent.backend_operation_request.session_id = self.session
        sent.backend_operation_request.deferred_file.file_id = file_id
        self._socket.send(sent.SerializeToString())
        while True:
            message = self._next()
            if message.WhichOneof("type") == "backend_operation_response":
                return message.backend_operation_response.deferred_file.url

    def fragments(self) -> set[str]:
        """The parts of the page that run alone."""
        return {
            message.delta.fragment_id
            for message in self.messages
            if message.WhichOneof("type") == "delta" and message.delta.fragment_id
        }

    def text(self) -> str:
        """All that was sent."""
        return "\n".join(map(str, self.messages))


@contextmanager
def wired(url: str, cookie: str, resume: str = "", **headers: str) -> Iterator[Wire]:
    """A websocket of whoever has this session's secret; ``resume``: Streamlit's session to go on with."""
    protocols = ["streamlit", "none", *([resume] if resume else [])]
    with connect(
        url.replace("http", "ws") + _STREAM,
        additional_headers={"cookie": f"{COOKIE}={cookie}", **headers},
        origin=Origin(url),
        subprotocols=[Subprotocol(name) for name in protocols],
        max_size=None,
    ) as socket:
        yield Wire(socket)


def ask(url: str, path: str, cookie: str = "", method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """The status and the body of one request."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=120)
    try:
        given = {"cookie": f"{COOKIE}={cookie}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        connection.request(method, path, body=b"x" if method in {"PUT", "POST"} else None, headers=given)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
