"""What travels between a run and an engine's workers: chunks of questions out, results back, as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.models import Decision
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.backlog import Question
from labelcore.stages.judging.running.clients import place_of
from labelcore.stages.judging.running.live_run import LiveRun, Result
from labelcore.store import outputs as output_table
from labelcore.store import verdicts as verdict_table

_LOCAL = 500  # outputs of a chunk for judges that need no model
_MOST_CHARACTERS = 2_000_000
TERMS = ("concurrency", "requests_per_minute", "tokens_per_minute", "price_in", "price_out", "call_timeout")
"""What of an endpoint travels with a chunk; its address and key never do."""


def key_of(endpoint: Endpoint) -> str:
    """What an endpoint's terms are found by in a chunk."""
    return f"{endpoint.name}|{endpoint.model}"


def place_hash(endpoint: Endpoint) -> str:
    """The same without its address, which may hold a secret."""
    return hashlib.blake2b(place_of(endpoint).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Chunk:
    """What goes out in one piece. ``place`` is the hash of the endpoint that it asks, ``keys`` of its
    questions.
    """

    text: str
    questions: tuple[Question, ...]
    keys: frozenset[str] = frozenset()
    place: str = ""


def plain(result: Result) -> dict[str, Any]:
    """A decision or a trouble as what JSON can hold."""
    if isinstance(result, Decision):
        return {"decision": result.model_dump(mode="json")}
    kind = result.kind if isinstance(result, ModelTrouble) else ""
    return {"trouble": str(result), "kind": kind}


def result_of(found: dict[str, Any]) -> Result:
    """What :func:`plain` was made from, as far as it can be told."""
    if "decision" in found:
        return Decision.model_validate(found["decision"])
    reason, kind = found["trouble"], found["kind"]
    return ModelTrouble(reason, kind=kind) if kind else LabelcoreError(reason)


def bounded(questions: Sequence[Question]) -> Iterator[list[Question]]:
    """The questions in parts of a bounded size."""
    part, size = list[Question](), 0
    for question in questions:
        output = question.output
        size += len(output.text) + len(output.input) + len(output.context)
        part.append(question)
        if size > _MOST_CHARACTERS:
            yield part
            part, size = [], 0
    if part:
        yield part


def local_chunks(live: LiveRun) -> Iterator[Chunk]:
    """What judges that need no model have to decide, each output once for all of them."""
    versions = [version for version in live.backlog.versions if kind_of(version).decides_here]
    for ids in live.backlog.chunks() if versions else ():
        missing = {
            version.id: set(verdict_table.missing(live.workspace.db, version.id, ids)) for version in versions
        }
        wanted = [key for key in ids if any(key in left for left in missing.values())]
        for outputs in output_table.chunks(live.workspace.db, wanted, _LOCAL):
            rows = [[i for i, output in enumerate(outputs) if output.id in missing[v.id]] for v in versions]
            chunk = {
                "kind": "local",
                "run": live.run.id,
                "rows": rows,
                "versions": [version.model_dump(mode="json") for version in versions],
                "outputs": [output.model_dump(mode="json") for output in outputs],
            }
            pairs = zip(versions, rows, strict=True)
            asked = [Question(v, 0, outputs[i]) for v, some in pairs for i in some]
            yield Chunk(json.dumps(chunk), tuple(asked))
