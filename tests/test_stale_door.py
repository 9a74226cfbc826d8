"""The file that an app leaves beside the database counts only where somebody answers at its address."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from labelcore.cli.sending import read_door


def test_a_door_left_by_an_app_with_our_number_is_stale(tmp_path: Path) -> None:
    place = tmp_path / "work.duckdb"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        door = {"url": url, "token": "t", "pid": os.getpid()}
        Path(f"{place}.door").write_text(json.dumps(door))
        assert read_door(place) == door
    assert read_door(place) is None, "as after a container's restart: the number lives, the app does not"
    for odd in ('{"pid": 1}', "[1]", json.dumps(door | {"url": 3}), '{"pid": null}'):
        Path(f"{place}.door").write_text(odd)
        assert read_door(place) is None
