"""Many people grading at once, over Streamlit's websocket, with the card's messages.

    PYTHONPATH=. python tests/bench/grading_load.py [--people 100] [--interval 5] [--seconds 60]
        [--outputs 100000] [--all-features] [--keys 60]

``--all-features`` asks for criteria too, shows the chosen judges' verdicts after the grade, brings
outputs back unannounced, and shows everybody's counts. ``--keys`` presses so many keys in a real
Chromium meanwhile. Another visitor opens Home, Team and Alignment in turn, unless ``--alone``.

Makes a project, serves it in a separate process, lets every person grade what their card holds,
and compares the database with the log of what was shown: no grade lost, doubled, or on another
output. ``--by-page`` sends each press with a run of the page, as where the card has no
door. Prints press to acknowledgement, the server's memory and processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import websockets
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from labelcore.access.sessions import COOKIE
from labelcore.models import APART, Criterion, Decision, JudgeVersion, Output, Verdict
from labelcore.stages import grading, projects, sampling
from labelcore.store import (
    calibrations,
    close_database,
    criteria as criterion_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace
from tests.app_server import start_app
from tests.bench.load_team import add_team
from tests.bench.machines import machine, memory, processor

WORDS = [f"word{i}" for i in range(2_000)]
PROJECT = "load"
_STREAMLIT = websockets.Subprotocol("streamlit")
SESSIONS: dict[str, str] = {}
"""The secret of each person's session, where the app asks for one."""
NOTED = 0.3
"""The share of fails that get a note, as a separate event."""


def event_on(output_id: str) -> dict[str, object]:
    """A press as the card sends it."""
    return {
        "client_id": uuid.uuid4().hex,
        "output_id": output_id,
        "value": random.choice(["pass", "fail"]),
        "note": "",
        "seconds": 3.2,
        "shown_at": "2026-11-01T10:00:00Z",
        "supersedes": None,
    }


class Person:
    """One browser: what its card holds, what it has pressed, what was acknowledged."""

    def __init__(self, name: str, url: str, page: str = "grading", *, by_page: bool = False) -> None:
        self.name, self.url, self.page, self.by_page = name, url, page, by_page
        self.items: dict[str, float] = {}
        self.pressed: dict[str, str] = {}
        self.waits: list[float] = []
        self.cached: dict[str, ForwardMsg] = {}
        self.news = asyncio.Event()
        self.finished = asyncio.Event()
        self.acknowledged: set[str] = set()
        self.component = ""
        self.runs = 0
        self.route: dict[str, str] = {}
        self.signed = {"cookie": f"{COOKIE}={SESSIONS[name]}"} if name in SESSIONS else {}
        self.wire = aiohttp.ClientSession(headers=self.signed)
        self.page_hash = ""

    async def open(self) -> float:
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = await websockets.connect(
            address, subprotocols=[_STREAMLIT], max_size=None, additional_headers=self.signed
        )
        self.reader = asyncio.create_task(self.read())
        started = time.perf_counter()
        await self.run_script(None)
        await asyncio.wait_for(self.finished.wait(), 120)
        return time.perf_counter() - started

    async def run_script(self, payload: object) -> None:
        message = BackMsg()
        script = message.rerun_script
        script.query_string = f"labelcore-annotator={self.name}"
        script.page_script_hash = self.page_hash
        script.page_name = "" if self.page_hash else self.page
        if payload is not None:
            widget = script.widget_states.widgets.add()
            widget.id = _make_trigger_id(self.component, "events")
            widget.json_trigger_value = json.dumps([{"event": "graded", "value": payload}])
        script.cached_message_hashes.extend(list(self.cached)[-200:])
        script.context_info.timezone, script.context_info.locale = "UTC", "en-US"
        script.context_info.url = f"{self.url}/{self.page}"
        await self.socket.send(message.SerializeToString())

    async def read(self) -> None:
        async for raw in self.socket:
            message = ForwardMsg()
            message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
            if message.WhichOneof("type") == "ref_hash":
                message = self.cached[message.ref_hash]
            elif message.metadata.cacheable:
                self.cached[message.hash] = message
            self.take(message)

    def take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "script_finished":
            self.finished.set()
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "bidi_component":
                data = json.loads(element.bidi_component.json)
                if "items" in data:  # the card; the page has other components
                    self.component = element.bidi_component.id
                    self.receive(data)

    def receive(self, data: dict[str, Any]) -> None:
        for item in data["items"]:
            if item["current"] is None:
                self.items.setdefault(item["output_id"], item["position"])
        self.acknowledged.update(data["acknowledged"])
        self.route = data.get("route") or self.route
        self.news.set()

    async def press(self) -> bool:
        """Grade the first output that is held and not graded; False when there is none."""
        done = set(self.pressed.values())
        left = sorted((place, output_id) for output_id, place in self.items.items() if output_id not in done)
        if not left:
            return False
        event, held = event_on(left[0][1]), ["en", *(output_id for _, output_id in left)]
        await self.give(event, held)
        if event["value"] == "fail" and random.random() < NOTED:
            note = {"supersedes": event["client_id"], "note": "says nothing of the price"}
            await self.give(event | note | {"client_id": uuid.uuid4().hex}, held)
        return True

    async def give(self, event: dict[str, object], held: list[str]) -> None:
        """Send one event and wait until it is acknowledged."""
        client_id = str(event["client_id"])
        self.pressed[client_id] = str(event["output_id"])
        started = time.perf_counter()
        await self.send({"events": [event], "have": held})
        while client_id not in self.acknowledged:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 60)
        self.waits.append(time.perf_counter() - started)

    async def send(self, payload: object) -> None:
        """As the card does: by a separate request, with a run of the page where that fails."""
        headers = {"authorization": f"Bearer {self.route['token']}"} if self.route else {}
        if headers and not self.by_page:
            address = self.url + self.route["path"]
            with contextlib.suppress(aiohttp.ClientError):
                async with self.wire.post(address, json=payload, headers=headers) as answer:
                    if answer.status == 200:
                        self.receive(await answer.json())
                        return
        self.runs += 1
        await self.run_script(payload)

    async def close(self) -> None:
        self.reader.cancel()
        await self.socket.close()
        await self.wire.close()

    async def work(self, interval: float, until: float) -> None:
        await asyncio.sleep(random.random() * interval)
        while time.perf_counter() < until:
            started = time.perf_counter()
            if not await self.press():
                return
            pause = interval * random.uniform(0.7, 1.3) - (time.perf_counter() - started)
            await asyncio.sleep(max(0.0, pause))


def make_project(path: Path, outputs: int, *, all_features: bool, sampled: int = 20_000) -> None:
    """A project with so many outputs, a sample, and rules that need reservations."""
    db = open_database(path)
    project = projects.open_project(db, PROJECT)
    chance = random.Random(2)
    for start in range(0, outputs, 10_000):
        made = []
        for i in range(start, min(outputs, start + 10_000)):
            text = " ".join(chance.choices(WORDS, k=120)) + f" {i}"
            key = output_table.content_id(project.id, text)
            made.append(Output(id=key, project_id=project.id, text=text, input=f"question {i}"))
        output_table.add(db, made)
    sampling.draw_sample(Workspace(db, project), rule="random", n=min(outputs, sampled))
    rules: dict[str, object] = {"per_output": 2}
    if all_features:
        add_judges(Workspace(db, project))
        rules |= {
            "ask_criteria": True,
            "suggestions": "after",
            "repeat_share": 0.05,
            "ask_fields": True,
            "contest": True,
            "deadline": "2030-01-01",
        }
    grading.set_rules(Workspace(db, project), **rules)
    close_database(path)


def add_judges(workspace: Workspace) -> None:
    """Five accepted criteria, each with a judge that has decided every output; all are chosen."""
    ids = output_table.ids(workspace.db, workspace.project.id)
    chance = random.Random(3)
    judges = []
    for at in range(5):
        name = f"Rule {at}"
        criterion = Criterion(
            id=f"c{at}",
            project_id=workspace.project.id,
            version=1,
            name=name,
            statement=f"{name} holds.",
            status="accepted",
        )
        criterion_table.save(workspace.db, [criterion])
        judge = JudgeVersion(
            id=f"j{at}",
            judge_id=f"j{at}",
            project_id=workspace.project.id,
            name=name,
            kind="code",
            version=1,
            criterion_id=f"c{at}",
            criterion_version=1,
            spec={},
        )
        judge_table.save(workspace.db, [judge])
        judges.append(judge.id)
        for start in range(0, len(ids), 10_000):
            verdict_table.record(
                workspace.db,
                [
                    Verdict(
                        output_id=output_id,
                        judge_version_id=judge.id,
                        project_id=workspace.project.id,
                        run_id="load",
                        decision=Decision(value=chance.choice(["pass", "fail"]), reason="by chance"),
                    )
                    for output_id in ids[start : start + 10_000]
                ],
            )
    judge_table.save_choice(workspace.db, workspace.project.id, judges, {}, {"held_out": None}, "load")


def check(path: Path, people: list[Person]) -> str:
    """The database against what was shown and pressed."""
    db = open_database(path)
    project = projects.open_project(db, PROJECT)
    history = grading.grade_history(Workspace(db, project))
    stored = Counter(grade.id for grade in history)
    where = {grade.id: grade.output_id for grade in history}
    rounds = {key for found in calibrations.current(db, project.id) for key in found.outputs}
    apart = {grade.id for grade in history if grade.source in APART or grade.output_id in rounds}
    pressed = {key: output_id for person in people for key, output_id in person.pressed.items()}
    lost = [key for key in pressed if key not in stored]
    doubled = [key for key, count in stored.items() if count > 1]
    moved = [
        key
        for key, card in pressed.items()
        if where.get(key, card.partition("~")[0]) != card.partition("~")[0]
    ]
    graders = {(grade.output_id, grade.annotator) for grade in history if grade.id not in apart}
    per_output = Counter(output_id for output_id, _ in graders)
    crowded = sum(count > 2 for count in per_output.values())
    close_database(path)
    return (
        f"{len(pressed)} pressed, {len(lost)} lost, {len(doubled)} doubled, {len(moved)} on another "
        f"output, {crowded} outputs graded by more than two"
    )


async def look_around(url: str, until: float) -> list[float]:
    """Open the other pages in turn; returns the seconds that each took."""
    took = []
    while time.perf_counter() < until:
        for page in ("home", "team", "results"):
            visitor = Person("visitor", url, page)
            took.append(await visitor.open())
            await visitor.close()
            await asyncio.sleep(10)
    return took


async def watch_memory(pid: int, until: float) -> list[float]:
    """The server's megabytes, minute by minute."""
    seen = []
    while time.perf_counter() < until:
        seen.append(memory(pid))
        await asyncio.sleep(60)
    return seen


async def press_keys(url: str, presses: int) -> None:
    """A real Chromium among the others."""
    command = [sys.executable, "-m", "tests.bench.key_latency", url, "--presses", str(presses)]
    await (await asyncio.create_subprocess_exec(*command)).wait()


async def load(url: str, pid: int, chosen: argparse.Namespace) -> list[Person]:
    """All the people at work, and what it took."""
    count = chosen.people
    people = [Person(f"p{i}", url, by_page=chosen.by_page) for i in range(count)]
    opened = []
    for start in range(0, count, 10):
        opened += await asyncio.gather(*(person.open() for person in people[start : start + 10]))
    before, used = memory(pid), processor(pid)
    until = time.perf_counter() + chosen.seconds
    others = asyncio.create_task(look_around(url, 0 if chosen.alone else until))
    growth = asyncio.create_task(watch_memory(pid, until))
    chromium = asyncio.create_task(press_keys(url, chosen.keys)) if chosen.keys else None
    await asyncio.gather(*(person.work(chosen.interval, until) for person in people))
    pages = sorted(await others)
    if chromium:
        await chromium
    waits = sorted(1000 * wait for person in people for wait in person.waits)
    p50, p95 = waits[len(waits) // 2], waits[int(0.95 * len(waits))]
    print(
        f"{count} people, one grade each {chosen.interval:g} s: {len(waits)} acknowledged, p50 {p50:.0f} "
        f"ms, p95 {p95:.0f} ms, worst {waits[-1]:.0f} ms"
    )
    spent = processor(pid) - used
    print(
        f"opening the page p50 {sorted(opened)[count // 2]:.2f} s; server "
        f"{100 * spent / chosen.seconds:.0f} % of a core, {1000 * spent / len(waits):.2f} ms of it for each "
        f"press, {before:.0f} -> {memory(pid):.0f} MB"
    )
    print(f"{sum(person.runs for person in people)} presses needed a run of the page")
    print("memory by minute:", " ".join(f"{megabytes:.0f}" for megabytes in await growth), "MB")
    if pages:
        print(f"other pages meanwhile p50 {pages[len(pages) // 2]:.2f} s, worst {pages[-1]:.2f} s")
    await asyncio.gather(*(person.close() for person in people))
    return people


def serve_and_load(path: Path, chosen: argparse.Namespace) -> None:
    """Serve the project, let everybody grade, compare."""
    server, url = start_app(path, PROJECT)
    print(machine(), flush=True)
    people = asyncio.run(load(url, server.pid, chosen))
    server.terminate()
    server.wait(20)
    print(machine(), check(path, people), sep="\n", flush=True)


def main() -> None:
    """Make a project, load it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--interval", type=float, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--outputs", type=int, default=100_000)
    parser.add_argument("--team", action="store_true", help="assignment, pairs, a round and gold too")
    for switch in ("--all-features", "--alone", "--by-page"):
        parser.add_argument(switch, action="store_true")
    parser.add_argument("--keys", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.duckdb"
        make_project(path, chosen.outputs, all_features=chosen.all_features)
        if chosen.team:
            add_team(path, PROJECT, chosen.people)
        serve_and_load(path, chosen)


if __name__ == "__main__":
    main()
