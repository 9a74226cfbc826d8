"""LLM judges at an endpoint's speed: the runner beside bare loops, interleaved in one run.

python tests/bench/judge_endpoint.py --url http://127.0.0.1:8399/v1 [--outputs 2000] [--rounds 3]

The endpoint should answer in 200 ms whatever it is asked (without --url a slower one is started). The
ideal is outputs / concurrency x latency. The runner stores every verdict in a database file; the
bare loops store nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import openai

from labelcore.judges import prompts
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.judges.kinds.llm import JudgeAnswer
from labelcore.llm import Message
from labelcore.models import Criterion, JudgeVersion, Output, Project
from labelcore.settings import settings
from labelcore.stages import projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions
from labelcore.store import Database, close_database, open_database, outputs as output_table, verdicts
from labelcore.workspace import Workspace
from tests.mock_endpoint import serving

MODEL = "mock-judge"
LATENCY = 0.2
STATEMENT = "It answers what was asked and invents no price."
SCHEMA = JudgeAnswer.model_json_schema()


def make_outputs(project: str, count: int, tag: str) -> list[Output]:
    """Outputs of about 1.5 kB, different from those of every other tag."""
    made = []
    for i in range(count):
        text = f"{tag} {i} " + "the order will be refunded within ten days " * 33
        key = output_table.content_id(project, text)
        made.append(Output(id=key, project_id=project, text=text, input=f"question {i}"))
    return made


def make_judge(project: Project) -> JudgeVersion:
    criterion = Criterion(
        id="c",
        project_id=project.id,
        version=1,
        name="Prices",
        statement=STATEMENT,
        severity="must",
        origin="person",
        author="",
        why="",
    )
    spec = make_spec(criterion, AskingOptions(MODEL), ())
    return JudgeVersion(
        id="j",
        judge_id="j",
        project_id=project.id,
        name="Prices",
        kind="llm",
        version=1,
        criterion_id="c",
        criterion_version=1,
        spec=spec,
        model=MODEL,
    )


def body(output: Output) -> dict[str, Any]:
    messages: list[Message] = prompts.render(output, prompts.JudgeWording("Prices", STATEMENT))
    form = {"name": "JudgeAnswer", "schema": SCHEMA}
    return {
        "model": MODEL,
        "messages": messages,
        "temperature": 0,
        "max_tokens": 800,
        "response_format": {"type": "json_schema", "json_schema": form},
    }


async def side_by_side(
    outputs: list[Output], concurrency: int, ask: Callable[[dict[str, Any]], Coroutine[Any, Any, str]]
) -> None:
    rest = iter(outputs)

    async def work() -> None:
        for output in rest:
            JudgeAnswer.model_validate_json(await ask(body(output)))

    await asyncio.gather(*(work() for _ in range(concurrency)))


async def by_openai(url: str, outputs: list[Output], concurrency: int) -> None:
    async with openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=0) as client:

        async def ask(wanted: dict[str, Any]) -> str:
            found = await client.chat.completions.create(**wanted)
            return found.choices[0].message.content or ""

        await side_by_side(outputs, concurrency, ask)


async def by_aiohttp(url: str, outputs: list[Output], concurrency: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(wanted: dict[str, Any]) -> str:
            async with session.post(f"{url}/chat/completions", json=wanted) as response:
                found = json.loads(await response.read())
            return str(found["choices"][0]["message"]["content"])

        await side_by_side(outputs, concurrency, ask)


def by_labelcore(url: str, db: Database, outputs: list[Output], project: Project, concurrency: int) -> None:
    told = {"BASE_URL": url, "MODEL": MODEL, "CONCURRENCY": str(concurrency)}
    os.environ |= {f"LABELCORE_{name}": value for name, value in told.items()}
    settings.cache_clear()
    judge = make_judge(project)
    done = running.run(
        Workspace(db, project),
        [judge],
        [output.id for output in outputs],
        RunOptions(concurrency=concurrency),
    )
    stored = verdicts.counts(db, project.id)[judge.id]
    assert sum(stored.values()) == done.verdicts_new == len(outputs), (done, stored)


def used() -> float:
    """Seconds of CPU of this process and of those that it started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(name: str, call: Callable[[], object], count: int, ideal: float) -> tuple[str, float, float]:
    wall, cpu = time.perf_counter(), used()
    call()
    wall, cpu = time.perf_counter() - wall, used() - cpu
    print(
        f"  {name}: {wall:.2f} s, {wall / ideal:.2f} x ideal, {cpu / count * 1e6:,.0f} µs of CPU each",
        flush=True,
    )
    return name, wall / ideal, cpu / count * 1e6


@contextlib.contextmanager
def endpoint(url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    with serving() as (mock, address):
        mock.latency = LATENCY
        yield address


def one_round(url: str, number: int, count: int, concurrency: int) -> list[tuple[str, float, float]]:
    """Everybody once, each round in another order, nobody on a prompt that was asked before."""
    ideal = count / concurrency * LATENCY
    tag = f"{time.time_ns():x}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.duckdb"
        db = open_database(path)
        project = projects.open_project(db, "bench")
        outputs = make_outputs(project.id, count, tag)
        output_table.add(db, outputs)
        others = [make_outputs("p", count, f"{name}{tag}") for name in ("openai", "aiohttp")]
        contenders: list[tuple[str, Callable[[], object]]] = [
            ("labelcore, durable", lambda: by_labelcore(url, db, outputs, project, concurrency)),
            ("bare openai loop", lambda: asyncio.run(by_openai(url, others[0], concurrency))),
            ("bare aiohttp loop", lambda: asyncio.run(by_aiohttp(url, others[1], concurrency))),
        ]
        turned = contenders[number % 3 :] + contenders[: number % 3]
        found = [measure(name, call, count, ideal) for name, call in turned]
        close_database(path)
    return found


def main() -> None:
    """Rounds, then medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--outputs", type=int, default=2_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    found = []
    with endpoint(chosen.url) as url:
        for number in range(chosen.rounds):
            print(f"round {number + 1} of {chosen.rounds}, {chosen.outputs:,} outputs")
            found += one_round(url, number, chosen.outputs, chosen.concurrency)
    for name, same in itertools.groupby(sorted(found), key=lambda timing: timing[0]):
        _, ratios, cpu = zip(*same, strict=True)
        print(
            f"{name}: median {statistics.median(ratios):.2f} x ideal ({min(ratios):.2f} to "
            f"{max(ratios):.2f}), {statistics.median(cpu):,.0f} µs of CPU each"
        )


if __name__ == "__main__":
    main()
