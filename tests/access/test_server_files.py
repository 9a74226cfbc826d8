"""The real app gives no file of the server, and nobody what another session uploaded, however they ask."""

from __future__ import annotations

import http.client
import itertools
import json
from pathlib import Path

import pytest

from tests.app_server import serving

_BEFORE = (
    "",
    "media",
    "component",
    "_stcore",
    "_stcore/bidi-components",
    "static",
    "app/static",
    "labelcore",
)
_UP = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..%252f", "....//", "%00/../", "/")
_FILES = ("app.duckdb", "app.duckdb.door", "etc/passwd", "app.py", "labelcore/api.py")


class Place:
    """An address that is asked as it is written: no client tidies the path."""

    def __init__(self, url: str) -> None:
        self.name = url.removeprefix("http://")

    def ask(self, path: str, method: str = "GET", body: str = "") -> tuple[int, bytes]:
        """The status and the body of the answer."""
        connection = http.client.HTTPConnection(self.name, timeout=120)
        connection.request(method, path, body=body or None, headers={"Host": self.name})
        try:
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.mark.slow
def test_the_real_app_gives_no_file_of_the_server_and_no_upload_of_another(tmp_path: Path) -> None:
    path = tmp_path / "app.duckdb"
    with serving(path, "shop") as url:
        place = Place(url)
        secret = json.loads(Path(f"{path}.door").read_text())["token"].encode()
        marks = (secret, b"root:x:0", b"DUCK", b"from starlette", b"import streamlit")
        paths = [
            f"/{before}/{up * 6}{folder}{name}"
            for before, up, name in itertools.product(_BEFORE, _UP, _FILES)
            for folder in ((f"{tmp_path}/"[1:], "") if "duckdb" in name else ("",))
        ]
        for asked in paths:
            status, body = place.ask(asked)
            assert status < 500, asked
            assert not [mark for mark in marks if mark in body], asked
        for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            for file in ("a/b", "../x", "%2e%2e/app.duckdb", "x" * 4_000):
                status, body = place.ask(f"/_stcore/upload_file/{file}", method, "rows")
                shell = method in {"GET", "HEAD"}  # no upload is read by its address: the app's page answers
                assert shell or 400 <= status < 500, (method, file, status)
                assert not [mark for mark in (*marks, b"Traceback") if mark in body]
        for deep in ("[" * 50_000, '{"operation":' * 900, "\\ud800", "nul\\u0000"):
            for door in (
                "/labelcore/operations",
                "/labelcore/presses",
                "/labelcore/sign-in",
                "/labelcore/join",
            ):
                status, body = place.ask(door, "POST", deep)
                assert 400 <= status < 500 and b"Traceback" not in body, (door, status)
