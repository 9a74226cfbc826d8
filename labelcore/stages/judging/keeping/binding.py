"""Judges are bound to whom they ask: an address and a model, whatever the endpoint there is called; and which
model says that it answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from labelcore.errors import NotFound
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.llm import endpoint_for
from labelcore.llm.protocol import is_another
from labelcore.models import Fact, JudgeVersion, fact
from labelcore.settings import Endpoint, settings
from labelcore.store import Database, judges as judge_table, verdicts as verdict_table
from labelcore.store.judges import AnsweredAt


def bound(db: Database, versions: Sequence[JudgeVersion]) -> list[JudgeVersion]:
    """The versions, each prompt with the address that it was first answered at; ids stay."""
    loose = [version.id for version in versions if _loose(version)]
    addresses = {row[:3]: row.address for row in judge_table.addresses(db, loose)} if loose else {}
    return [
        _with(version, addresses) if version.id in loose and addresses else version for version in versions
    ]


def is_same(old: JudgeVersion, new: JudgeVersion) -> bool:
    """Whether they ask the same, of two versions as :func:`bound` gives them; who is bound to nobody yet may
    be bound to whom the other asks.
    """
    if old.id == new.id or not kind_of(new).prompts:
        return old.id == new.id
    anywhere = kind_of(new).rewritten(lambda prompt: _without_address(prompt.content))
    return old.spec == new.spec or (bool(_loose(old)) and old.spec == anywhere)


def endpoint_named(name: str) -> Endpoint:
    """A configured endpoint; NotFound where none is called so."""
    endpoints = settings().all_endpoints
    if name not in endpoints:
        raise NotFound(
            "No endpoint is called '{name}'.", next_step="`labelcore endpoints list` shows them.", name=name
        )
    return endpoints[name]


def remember(db: Database, versions: Sequence[JudgeVersion]) -> None:
    """Bind versions that were answered now to who answers them."""
    judge_table.remember_addresses(
        db,
        [
            AnsweredAt(version.id, prompt_spec.endpoint, prompt_spec.model, endpoint_for(prompt_spec).address)
            for version in versions
            for prompt_spec in _loose(version)
        ],
    )


def _loose(version: JudgeVersion) -> list[Any]:
    """Whom it asks without saying where."""
    return [prompt.answerer for prompt in kind_of(version).prompts if not prompt.spec.address]


def _without_address(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "address"}


def _with(version: JudgeVersion, addresses: dict[tuple[str, str, str], str]) -> JudgeVersion:
    def fill(prompt: Prompt) -> dict[str, Any]:
        answerer = prompt.answerer
        address = answerer.address or addresses.get((version.id, answerer.endpoint, answerer.model), "")
        return {**prompt.content, "address": address} if address else dict(prompt.content)

    return version.model_copy(update={"spec": kind_of(version).rewritten(fill)})


def renamed(db: Database, versions: Sequence[JudgeVersion]) -> dict[str, Fact]:
    """By version id, what is to be said where another model answered than was asked for."""
    asking = {version.id: version for version in versions if kind_of(version).needs_model}
    others: dict[str, list[str]] = defaultdict(list)
    for version_id, model, n in verdict_table.answered_by(db, list(asking)):
        if is_another(asking[version_id].model, model):
            others[version_id].append(f"{model} ({n:,})")
    return {
        key: fact("answered_as_another", judge=asking[key].name, asked=asking[key].model, names=names)
        for key, names in others.items()
    }
