"""Panels: several LLM judges of one criterion, whose votes become one decision."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import ConfigDict, Field, model_validator
from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.judges.judge_prompt import Prompt, TravellingPrompt
from labelcore.judges.kinds import register
from labelcore.judges.kinds.llm import AskingKind, ask, reread
from labelcore.llm import Answerer, ModelClient
from labelcore.llm.protocol import AnswerPending
from labelcore.models import Decision, Frozen, Output, VerdictValue, total_cost
from labelcore.wording import Wording

Rule = Literal["majority", "unanimous", "all"]

RULES: dict[Rule, Wording] = {
    "majority": Wording("What most members say; a tie abstains."),
    "unanimous": Wording("What all members say, else it abstains."),
    "all": Wording("It fails where one member fails, and passes where all pass; else it abstains."),
}
_RULE_WORDS: dict[Rule, Wording] = {
    "majority": Wording("majority"),
    "unanimous": Wording("unanimous"),
    "all": Wording("all"),
}
_VALUES: tuple[VerdictValue, ...] = ("pass", "fail", "abstain")
_LONGEST = 400


@runtime_checkable
class Endpoints(Protocol):
    """A client that finds the others: a member may ask another endpoint or another model."""

    def named(self, answerer: Answerer) -> ModelClient:
        """The client of the endpoint and the model that a member asks."""
        ...


class TravellingPanel(Frozen):
    """What a panel is made of: its members in full, their names, and how their votes count."""

    panel: tuple[TravellingPrompt, ...] = Field(min_length=2, max_length=9)
    names: tuple[str, ...]
    rule: Rule

    @model_validator(mode="after")
    def _each_has_a_name(self) -> TravellingPanel:
        if len(self.names) != len(self.panel):
            raise ValueError("the panel needs a name for each member")
        return self


class PanelSpec(Frozen):
    """A panel as the store has it."""

    model_config = ConfigDict(extra="ignore")

    panel: tuple[dict[str, Any], ...]
    names: tuple[str, ...] = ()
    rule: Rule


def make_spec(members: Mapping[str, Mapping[str, Any]], rule: Rule) -> dict[str, Any]:
    """The specification of a panel: its members' whole specifications by their names."""
    return {"panel": [dict(member) for member in members.values()], "names": list(members), "rule": rule}


@register
class PanelKind(AskingKind[PanelSpec]):
    """Several prompts; their models are asked in turn."""

    form = PanelSpec
    mark = "panel"
    travels: ClassVar[type[Frozen]] = TravellingPanel

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """The members' prompts, in their order."""
        return tuple(Prompt(member) for member in self.spec.panel)

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names; their models' where they have none."""
        return self.spec.names or tuple(prompt.spec.model for prompt in self.prompts)

    def describe(self) -> Wording:
        """How votes count, and whose."""
        return Wording("{rule} Members: {names}.", rule=RULES[self.spec.rule], names=list(self.names))

    async def ask(self, output: Output, client: ModelClient) -> tuple[Decision, int]:
        """The panel's decision and how many requests its members took; they are asked in turn. NotYet where
        an answer comes another day; ModelTrouble where a member gives no verdict: without it, it is another
        judge.
        """
        votes, requests, later = [], 0, None
        for prompt in self.prompts:
            try:
                decision, took = await ask(prompt, output, _client_of(prompt, client))
            except AnswerPending as trouble:  # the others are asked all the same, so that all come together
                later = trouble
                continue
            votes.append(decision)
            requests += took
        if later:
            raise later
        return joined(self.names, votes, self.spec.rule), requests

    @override
    def reread(self, decision: Decision) -> Decision:
        votes = zip(self.prompts, votes_in(decision.raw), strict=True)
        return joined(self.names, [reread(prompt, vote) for prompt, vote in votes], self.spec.rule)

    @override
    def reworded(self, reason: str) -> list[Wording] | None:
        lines = _lines(_votes_told(self.names, reason.partition("\n")[2]), self.spec.rule)
        return lines if "\n".join(lines) == reason else None

    @property
    @override
    def beside(self) -> dict[str, Any]:
        """Its rule, and what its members have: once where they all have it."""
        members = [prompt.beside for prompt in self.prompts]
        names = dict.fromkeys(name for member in members for name in member)
        parts: dict[str, Any] = {"rule": self.spec.rule}
        for name in names:
            values = [member.get(name) for member in members]
            parts[name] = values[0] if all(value == values[0] for value in values) else values
        return parts

    def rewritten(self, change: Callable[[Prompt], dict[str, Any]]) -> dict[str, Any]:
        """The panel with each member changed."""
        return {**self.content, "panel": [change(prompt) for prompt in self.prompts]}

    @override
    def leaving(self) -> dict[str, Any]:
        return super().leaving() | {"panel": [prompt.leaving() for prompt in self.prompts]}

    @override
    def leaving_bare(self) -> dict[str, Any]:
        return super().leaving() | {"panel": [prompt.leaving_bare() for prompt in self.prompts]}


def _client_of(prompt: Prompt, client: ModelClient) -> ModelClient:
    if isinstance(client, Endpoints):
        return client.named(prompt.answerer)
    endpoint = prompt.spec.endpoint
    if not endpoint:
        return client
    raise ModelTrouble(
        "The endpoint '{endpoint}' of a panel's member is not configured here.",
        next_step="Configure it, or make the panel of judges that can be asked.",
        kind="endpoint",
        fatal=True,
        endpoint=endpoint,
    )


def value_of(votes: Sequence[VerdictValue], rule: Rule) -> VerdictValue:
    """One verdict from the votes. ``majority``: the more frequent of pass and fail, abstentions count for
    neither and a tie abstains; ``unanimous``: what all say, else the panel abstains;
    ``all``: fail where one says so, pass where all do, else the panel abstains.
    """
    count = Counter(votes)
    if rule == "all" and count["fail"]:
        return "fail"
    if rule != "majority":
        return votes[0] if len(count) == 1 else "abstain"
    if count["pass"] == count["fail"]:
        return "abstain"
    return "pass" if count["pass"] > count["fail"] else "fail"


def votes_in(raw: str) -> list[Decision]:
    """The members' decisions that a panel's raw answer holds (see :func:`joined`); [] where it holds none."""
    try:
        rows = json.loads(raw or "[]")
        return [Decision.model_validate({k: v for k, v in row.items() if k != "member"}) for row in rows]
    except (ValueError, AttributeError, TypeError):
        return []


class ToldVote(NamedTuple):
    """A member's vote, as the panel's reason tells it."""

    name: str
    value: VerdictValue
    reason: str


def _lines(votes: Sequence[ToldVote], rule: Rule) -> list[Wording]:
    """The lines of a panel's reason: how many votes there are of each kind, then every vote."""
    count = Counter(vote.value for vote in votes)
    counts: dict[VerdictValue, Wording] = {
        "pass": Wording("{n} pass", n=count["pass"]),
        "fail": Wording("{n} fail", n=count["fail"]),
        "abstain": Wording("{n} abstain", n=count["abstain"]),
    }
    told = [words for value, words in counts.items() if count[value]]
    head = Wording("{counts} ({rule}).", counts=told, rule=_RULE_WORDS[rule])
    return [
        head,
        *(
            Wording("{name}: {value}. {reason}", name=name, value=Wording(value), reason=reason)
            for name, value, reason in votes
        ),
    ]


def _votes_told(names: Sequence[str], text: str) -> list[ToldVote]:
    """The votes that the lines of a reason tell; [] where they are in another form."""
    votes = list[ToldVote]()
    for n, name in enumerate(names):
        value = next((value for value in _VALUES if text.startswith(f"{name}: {value}. ")), None)
        if value is None:
            return []
        text = text.removeprefix(f"{name}: {value}. ")
        following = [f"\n{names[n + 1]}: {value}. " for value in _VALUES] if n + 1 < len(names) else []
        reason = text[: min((text.find(line) for line in following if line in text), default=len(text))]
        text = text[len(reason) + 1 :]
        votes.append(ToldVote(name, value, reason))
    return votes


def joined(names: Sequence[str], votes: Sequence[Decision], rule: Rule) -> Decision:
    """The members' decisions as one, with every vote in its reason and its raw answer. The probability of a
    pass is their mean, and the least where all must pass.
    """
    pairs = list(zip(names, votes, strict=True))
    keys = ("value", "probability", "model", "reason", "raw")
    raw = [{"member": name, **{key: getattr(vote, key) for key in keys}} for name, vote in pairs]
    lines = [ToldVote(name, vote.value, vote.reason[:_LONGEST]) for name, vote in pairs]
    shares = [vote.probability for vote in votes if vote.probability is not None]
    share = min(shares, default=0.0) if rule == "all" else sum(shares) / max(1, len(shares))
    return Decision(
        value=value_of([vote.value for vote in votes], rule),
        reason="\n".join(_lines(lines, rule)),
        raw=json.dumps(raw, ensure_ascii=False),
        probability=share if len(shares) == len(votes) else None,
        model=", ".join(dict.fromkeys(vote.model for vote in votes if vote.model)),
        tokens_in=sum(vote.tokens_in for vote in votes),
        tokens_out=sum(vote.tokens_out for vote in votes),
        cost_usd=total_cost(vote.cost_usd for vote in votes),
        latency_ms=sum(vote.latency_ms for vote in votes),
    )
