"""Decisions that are not stored: judges on texts that are no outputs of the project."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges import cascade, llm_judge
from labelcore.llm import ModelClient
from labelcore.models import Decision, JudgeVersion, Output
from labelcore.stages.judging.runner import decide_local, embed_texts
from labelcore.stages.judging.running.clients import Clients, Reaching, live_clients
from labelcore.store import Database
from labelcore.store import judges as judge_table

Answers = Mapping[str, Decision | LabelcoreError]
"""What one judge says, by output id: a decision, or why there is none."""


def decide(
    db: Database, versions: Sequence[JudgeVersion], outputs: Sequence[Output],
    client: ModelClient | None = None,
) -> dict[str, Answers]:  # fmt: skip
    """What every judge says of every output, by the judge version's id; nothing is stored.

    Imported judges cannot be run and are left out. Trouble with a judge or its model is an answer
    too, so that one judge's trouble does not hide the others.
    """
    local = [own for own in versions if own.kind in {"code", "learned"}]
    asked = [own for own in versions if own.kind == "llm"]
    found = {own.id: _locally(db, own, outputs) for own in local}
    if asked:
        found |= _by_models(asked, outputs, client)
    cascades = [own for own in versions if own.kind == "cascade"]
    return found | {own.id: _by_cascade(db, own, outputs, client) for own in cascades}


def _by_cascade(
    db: Database, version: JudgeVersion, outputs: Sequence[Output], client: ModelClient | None
) -> Answers:
    """The first judge on all outputs, the second where it must be asked."""
    spec = cascade.CascadeSpec.model_validate(version.spec)
    judges = [spec.first.judge_version_id, spec.then.judge_version_id]
    known = judge_table.many(db, judges)
    first = decide(db, [known[judges[0]]], outputs, client).get(judges[0], {})
    found = {i: _with(spec, own, None) for i, own in first.items()}
    left = [own for own in outputs if own.id in first and found[own.id] is None]
    then = decide(db, [known[judges[1]]], left, client).get(judges[1], {}) if left else {}
    found |= {i: _with(spec, first[i], own) for i, own in then.items()}
    return {i: own for i, own in found.items() if own is not None}


def _with(
    spec: cascade.CascadeSpec, first: Decision | LabelcoreError, then: Decision | LabelcoreError | None
) -> Decision | LabelcoreError | None:  # fmt: skip
    trouble = next((own for own in (first, then) if isinstance(own, LabelcoreError)), None)
    if trouble or not isinstance(first, Decision):
        return trouble
    return cascade.combine(spec, first, then if isinstance(then, Decision) else None)


def _locally(db: Database, version: JudgeVersion, outputs: Sequence[Output]) -> Answers:
    try:
        wants = version.kind == "learned" and version.spec["with_vectors"]
        decisions = decide_local(version, outputs, embed_texts(db, outputs) if wants else None)
    except LabelcoreError as trouble:
        return {own.id: trouble for own in outputs}
    return {own.id: decision for own, decision in zip(outputs, decisions, strict=True)}


def _by_models(
    versions: Sequence[JudgeVersion], outputs: Sequence[Output], client: ModelClient | None
) -> dict[str, Answers]:
    found: dict[str, Answers] = {}
    for version in versions:
        try:
            found[version.id] = asyncio.run(_ask_all(version, outputs, live_clients(client=client)))
        except ModelTrouble as trouble:
            found[version.id] = {own.id: trouble for own in outputs}
    return found


async def _ask_all(version: JudgeVersion, outputs: Sequence[Output], clients: Clients) -> Answers:
    """One judge on all outputs, at most as many at once as its endpoint takes."""
    fatal: list[ModelTrouble] = []
    try:
        (asked,) = clients.choose([version])
        slots = asyncio.Semaphore(asked.reached.concurrency)
        view = Reaching(asked.reached, clients)

        async def ask(output: Output) -> Decision | LabelcoreError:
            async with slots:
                if fatal:
                    return fatal[0]
                try:
                    return (await llm_judge.decide(version.spec, output, view))[0]
                except ModelTrouble as trouble:
                    fatal.extend([trouble] * trouble.fatal)
                    return trouble

        answers = await asyncio.gather(*map(ask, outputs))
        return dict(zip((own.id for own in outputs), answers, strict=True))
    finally:
        await clients.close()
