"""Panels: several LLM judges of one criterion, whose votes become one decision."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

from labelcore.errors import ModelTrouble
from labelcore.llm import ModelClient
from labelcore.llm.protocol import NotYet
from labelcore.models import Decision, Output, VerdictValue

Rule = Literal["majority", "unanimous"]
Ask = Callable[[Mapping[str, Any], Output, ModelClient], Awaitable[tuple[Decision, int]]]

_LONGEST = 400


@runtime_checkable
class Endpoints(Protocol):
    """A client that finds the others: a member may ask another endpoint or another model."""

    def named(self, spec: Mapping[str, Any]) -> ModelClient:
        """The client of the endpoint and the model of a member's specification."""
        ...


def make_spec(members: Mapping[str, Mapping[str, Any]], rule: Rule) -> dict[str, Any]:
    """The specification of a panel: its members' whole specifications by their names."""
    return {"panel": [dict(member) for member in members.values()], "names": list(members), "rule": rule}


def is_panel(spec: Mapping[str, Any]) -> bool:
    """Whether a specification is that of a panel."""
    return "panel" in spec


def members(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The specifications that are asked: a panel's members, or the one judge itself."""
    return list(spec["panel"]) if is_panel(spec) else [spec]


async def decide(
    spec: Mapping[str, Any], output: Output, client: ModelClient, ask: Ask
) -> tuple[Decision, int]:
    """The panel's decision and how many requests its members took; they are asked in turn.

    Raises:
        NotYet: a member's answer comes another day.
        ModelTrouble: a member gives no verdict, or its endpoint is not to be had. A panel without
            one of its members would be another judge.
    """
    votes, requests, later = [], 0, None
    for member in spec["panel"]:
        try:
            decision, took = await ask(member, output, _client_of(member, client))
        except NotYet as trouble:  # the others are asked all the same, so that all come together
            later = trouble
            continue
        votes.append(decision)
        requests += took
    if later:
        raise later
    names = spec.get("names") or [str(member.get("model", "")) for member in spec["panel"]]
    return joined(names, votes, spec["rule"]), requests


def _client_of(spec: Mapping[str, Any], client: ModelClient) -> ModelClient:
    if isinstance(client, Endpoints):
        return client.named(spec)
    endpoint = spec.get("endpoint")
    if not endpoint:
        return client
    raise ModelTrouble(
        f"The endpoint '{endpoint}' of a panel's member is not configured here.",
        next_step="Configure it, or make the panel of judges that can be asked.",
        kind="endpoint",
        fatal=True,
    )


def value_of(votes: Sequence[VerdictValue], rule: Rule) -> VerdictValue:
    """One verdict from the votes.

    ``majority``: the more frequent of pass and fail, abstentions count for neither and a tie
    abstains. ``unanimous``: what all say, else the panel abstains.
    """
    count = Counter(votes)
    if rule == "unanimous":
        return votes[0] if len(count) == 1 else "abstain"
    if count["pass"] == count["fail"]:
        return "abstain"
    return "pass" if count["pass"] > count["fail"] else "fail"


def joined(names: Sequence[str], votes: Sequence[Decision], rule: Rule) -> Decision:
    """The members' decisions as one, with every vote in its reason and its raw answer."""
    value = value_of([vote.value for vote in votes], rule)
    raw = [
        {
            "member": name,
            "value": vote.value,
            "probability": vote.probability,
            "model": vote.model,
            "reason": vote.reason,
            "raw": vote.raw,
        }
        for name, vote in zip(names, votes, strict=True)
    ]
    shares = [vote.probability for vote in votes if vote.probability is not None]
    return Decision(
        value=value,
        reason=_reason(names, votes, rule),
        raw=json.dumps(raw, ensure_ascii=False),
        probability=sum(shares) / len(shares) if len(shares) == len(votes) else None,
        model=", ".join(dict.fromkeys(vote.model for vote in votes if vote.model)),
        tokens_in=sum(vote.tokens_in for vote in votes),
        tokens_out=sum(vote.tokens_out for vote in votes),
        cost_usd=sum(vote.cost_usd for vote in votes),
        latency_ms=sum(vote.latency_ms for vote in votes),
    )


def _reason(names: Sequence[str], votes: Sequence[Decision], rule: Rule) -> str:
    count = Counter(vote.value for vote in votes)
    order: tuple[VerdictValue, ...] = ("pass", "fail", "abstain")
    head = ", ".join(f"{count[value]} {value}" for value in order if count[value])
    said = [
        f"{name}: {vote.value}. {vote.reason[:_LONGEST]}" for name, vote in zip(names, votes, strict=True)
    ]
    return "\n".join([f"{head} ({rule}).", *said])
