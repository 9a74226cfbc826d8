"""Moving a judge to another model: both decide the same outputs, and what the move costs and breaks is said.

The new model decides beside the old one, and nothing changes until somebody keeps it; the judge as it was
stays reproducible. Where the new model loses, other examples and wordings are tried on train and measured on
dev.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError, ModelTrouble
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.llm import endpoint_for
from labelcore.llm.spending import Purse
from labelcore.models import Decision, JudgeVersion, Role
from labelcore.operations import Effect, Metavar, Options, operation
from labelcore.settings import Endpoint, settings
from labelcore.stages.aligning.evidence import sources_of
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stages.judging.running.trial_run import Tried, ask_unstored
from labelcore.stages.refining import asking_first
from labelcore.stages.refining.keeping import KeptVersion, keep, prompts_of
from labelcore.stages.refining.mending import Repair, repair
from labelcore.stages.refining.migration import Flip, Migration, Pick, Side
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.trying import (
    BOTH,
    GradedOutputs,
    MostCost,
    Pairing,
    change_on_dev,
    drafted,
    graded_outputs,
)
from labelcore.stats.changes import Change, Compared, change, of_move
from labelcore.stats.settling import advice_on, fewest_to_settle, grading_order
from labelcore.store import outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace

USUAL = 200
_NUMBER = {"pass": 1.0, "fail": 0.0}


class Moving(Options):
    """What a move may cost, and what becomes of it."""

    limit: Annotated[int, Field(ge=1, description="Let both decide so many outputs, graded ones first.")] = (
        USUAL
    )
    max_cost: MostCost = None
    keep_as: Annotated[
        Literal["switch", "beside"] | None,
        Field(description="switch: use it from now on; beside: store it and stay with the present one."),
    ] = None
    ask: Annotated[bool, Field(description="Put the outputs to grade first on the Grade page.")] = False
    no_repair: Annotated[bool, Field(description="Try no other examples or wordings where it loses.")] = False


_AS_USUAL = Moving()


@operation("migrate judge", role=Role.ENGINEER, effect=Effect.GRADUAL)
def migrate(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    to: Annotated[str, Metavar("MODEL[@ENDPOINT]"), Field(description="The model that shall decide.")],
    moving: Moving = _AS_USUAL,
) -> Migration:
    """Let another model decide the same outputs, and say what a move to it changes.

    Raises:
        BadInput: the judge has no prompt, asks this model already, or nothing is graded.
        ModelTrouble: the endpoint is not configured.
    """
    new = _target(workspace, judge, to)
    graded, watched = _graded(workspace, judge), Ongoing()
    drawn = asking_first.shadowed(workspace, judge, graded, moving.limit)
    options = watched.options(None if moving.max_cost is None else Purse(moving.max_cost))
    old, problem = _present(workspace, judge, drawn.ids, options)
    tried = ask_unstored(workspace, new, [key for key in drawn.ids if key in old], options)
    both = [key for key in drawn.ids if key in old and key in tried.decisions]
    shadow = _Shadow(workspace, graded, both, old, tried.decisions)
    compared = _compared(shadow)
    found = change(compared)
    first, settles = _to_grade(shadow, compared, found)
    if moving.ask and first.ids:
        asking_first.ask(workspace, first, drawn, both)
    pairing = shadow.pairing(judge, new)
    _, looks = change_on_dev(workspace, pairing)
    mended = repair(workspace, pairing, options) if _loses(found, moving) else None
    return Migration(
        judge=judge.name,
        judge_version_id=judge.id,
        new_version_id=new.id,
        against=graded.against,
        n=len(both),
        **_sides(shadow, judge, new),
        flips=tuple(_flips(shadow)),
        change=found,
        picks=_picks(first),
        settles=settles,
        repair=mended,
        looks=looks,
        kept=_kept(workspace, judge, new, to, moving),
        **_ended(tried, mended, problem, watched),
    )


@dataclass(frozen=True)
class _Shadow:
    """The outputs that both models decided (``ids``), with what each says."""

    workspace: Workspace
    graded: GradedOutputs
    ids: Sequence[str]
    old: dict[str, Decision]
    new: dict[str, Decision]

    def pairing(self, judge: JudgeVersion, moved: JudgeVersion) -> Pairing:
        """The graded ones of them."""
        keys = [key for key in self.ids if key in self.graded.fails]
        old, new = ({key: says[key] for key in keys} for says in (self.old, self.new))
        return Pairing(self.graded, judge, moved, old, new)


def _target(workspace: Workspace, judge: JudgeVersion, to: str) -> JudgeVersion:
    """The judge as another model would decide; BadInput where it asks that one already."""
    spec = moved(workspace, judge, to)
    if spec == judge.spec:
        raise BadInput("{name} asks this model already.", next_step="Name another.", name=judge.name)
    return drafted(workspace, judge, spec)


def _loses(found: Change, moving: Moving) -> bool:
    """Whether other examples or wordings should be tried."""
    return found.gain < 0 and advice_on(found) != "switch" and not moving.no_repair


def _ended(tried: Tried, mended: Repair | None, problem: str, watched: Ongoing) -> dict[str, Any]:
    """What it took, and how it ended."""
    return {
        "cost_usd": tried.run.cost_usd + (mended.cost_usd if mended else 0.0),
        "requests": tried.run.requests,
        "state": tried.run.state,
        "message": " ".join(filter(None, (problem, tried.run.message))),
        "troubles": dict(tried.run.reasons),
        "asked_again": dict(watched.asked_again),
    }


def _kept(
    workspace: Workspace, judge: JudgeVersion, new: JudgeVersion, to: str, moving: Moving
) -> KeptVersion | None:
    if moving.keep_as is None:
        return None
    return keep(workspace, judge, new.spec, why=f"moved to {to}", use=moving.keep_as == "switch")


def moved(workspace: Workspace, judge: JudgeVersion, to: str) -> dict[str, Any]:
    """The specification with the model, of a panel in every member; unchanged where all ask it already.

    Behind the last @ stands an endpoint, where one is called so; else one with this model is asked, or
    the one that the judge asks.
    """
    model, at, name = to.rpartition("@")
    known = settings().all_endpoints
    if not at or name not in known:
        model, name = to, ""
    if not model:
        raise BadInput("No model is named.", next_step="Say which: --to MODEL, or --to MODEL@ENDPOINT.")
    prompts_of(judge)
    kind = kind_of(bound(workspace.db, [judge])[0])
    having = [endpoint for endpoint in known.values() if endpoint.model == model]

    def move(prompt: Prompt) -> dict[str, Any]:
        found = known[name] if name else having[0] if having else _asked_by(prompt)
        if model == prompt.spec.model and found.address == _asked_by(prompt).address:
            return dict(prompt.content)
        kept = {key: value for key, value in prompt.content.items() if key != "endpoint"}
        return kept | {"model": model, "address": found.address} | ({"endpoint": name} if name else {})

    spec = kind.rewritten(move)
    return dict(judge.spec) if spec == dict(kind.content) else spec


def _asked_by(prompt: Prompt) -> Endpoint:
    """Whom the judge asks; if nobody is there any more, the default."""
    try:
        return endpoint_for(prompt.answerer)
    except ModelTrouble:
        return settings().default_endpoint


def _present(
    workspace: Workspace, judge: JudgeVersion, ids: Sequence[str], options: RunOptions
) -> tuple[dict[str, Decision], str]:
    """What the present model said; it is asked where it said nothing yet. If it cannot be, why not."""
    missing, problem = verdict_table.missing(workspace.db, judge.id, ids), ""
    if missing:
        try:
            problem = execution.run(workspace, [judge], missing, options).message
        except LabelcoreError as trouble:
            problem = str(trouble)
    verdicts = verdict_table.of_outputs(workspace.db, list(ids), [judge.id])
    return {verdict.output_id: verdict.decision for verdict in verdicts}, problem


def _compared(shadow: _Shadow) -> Compared:
    ids, fails = shadow.ids, shadow.graded.fails
    votes = [
        np.array([_NUMBER.get(decisions[key].value, np.nan) for key in ids], dtype=np.float64)
        for decisions in (shadow.old, shadow.new)
    ]
    passes = np.array([float(not fails[key]) if key in fails else np.nan for key in ids])
    sources = sources_of(shadow.workspace.db, ids)
    return of_move(votes[0], votes[1], passes.astype(np.float64), sources)


def _to_grade(shadow: _Shadow, compared: Compared, found: Change) -> tuple[asking_first.Asked, bool]:
    """The smallest set that is expected to settle it, and whether it is."""
    if advice_on(found) != "grade first":
        return asking_first.NOBODY, True
    order = grading_order(compared)
    number = fewest_to_settle(compared, order)
    return asking_first.asked(shadow.ids, compared, order, number), number is not None


def _picks(chosen: asking_first.Asked) -> tuple[Pick, ...]:
    drawn = zip(chosen.ids, chosen.chance, strict=True)
    return tuple(Pick(output_id=key, probability=p) for key, p in drawn)


def _flips(shadow: _Shadow) -> list[Flip]:
    """Graded ones first."""
    old, new, fails = shadow.old, shadow.new, shadow.graded.fails
    differ = sorted(
        (key for key in shadow.ids if old[key].value != new[key].value), key=lambda key: key not in fails
    )
    outputs = output_table.many(shadow.workspace.db, differ)
    return [
        Flip(
            output_id=key,
            external_id=outputs[key].external_id,
            human_pass=not fails[key] if key in fails else None,
            present=old[key],
            new=new[key],
        )
        for key in differ
    ]


def _graded(workspace: Workspace, judge: JudgeVersion) -> GradedOutputs:
    criterion = find_criterion(workspace, judge.criterion_id) if judge.criterion_id else None
    return graded_outputs(workspace, criterion, BOTH)


def _sides(shadow: _Shadow, judge: JudgeVersion, moved: JudgeVersion) -> dict[str, Any]:
    """Both models, each by what it says of the outputs that both decided."""
    return {
        "present": _side(judge, [shadow.old[key] for key in shadow.ids]),
        "new": _side(moved, [shadow.new[key] for key in shadow.ids]),
    }


def _side(version: JudgeVersion, decisions: Sequence[Decision]) -> Side:
    asked = [prompt.spec for prompt in kind_of(version).prompts]
    n, latencies = len(decisions), [found.latency_ms for found in decisions if found.latency_ms]
    return Side(
        judge=version.name,
        model=", ".join(dict.fromkeys(prompt.model for prompt in asked)),
        endpoint=", ".join(dict.fromkeys(prompt.endpoint for prompt in asked if prompt.endpoint)),
        answered_as=tuple(sorted({found.model for found in decisions if found.model})),
        cost_per_thousand=1_000 * sum(found.cost_usd for found in decisions) / n if n else None,
        latency_ms=median(latencies) if latencies else None,
    )
