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
from labelcore.llm.spending import purse_of
from labelcore.models import NOTHING, Decision, JudgeVersion, Role, Run, Sample, fact, total_cost
from labelcore.operations import Effect, Metavar, Options, operation
from labelcore.settings import Endpoint, settings
from labelcore.stages.aligning.evidence import sources_of
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.estimating import Estimate, estimate
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stages.judging.running.trial_run import ask_unstored
from labelcore.stages.refining import asking_first
from labelcore.stages.refining.keeping import keep, prompts_of
from labelcore.stages.refining.mending import Repair, repair
from labelcore.stages.refining.migration import Flip, Migration, ModelSide, OutputToGrade
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.trials import paid
from labelcore.stages.refining.trying import (
    BOTH,
    GradedOutputs,
    MostCost,
    VersionPair,
    change_on_dev,
    drafted,
    graded_outputs,
    naming,
)
from labelcore.stats.changes import Change, PairedOutputs, change, of_move
from labelcore.stats.settling import advice_on, fewest_to_settle, grading_order
from labelcore.store import outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace

USUAL = 200
_NUMBER = {"pass": 1.0, "fail": 0.0}


class MoveOptions(Options):
    """What a move may cost, and what becomes of it."""

    limit: Annotated[int, Field(ge=1, description="Let both decide so many outputs, graded ones first.")] = (
        USUAL
    )
    max_cost: MostCost = None
    keep_as: Annotated[
        Literal["switch", "beside", "mended"] | None,
        Field(
            description="switch: use it from now on; beside: store it and stay with the present one; mended: "
            "where it loses, use it with examples or another wording, if dev does not speak against them."
        ),
    ] = None
    ask: Annotated[bool, Field(description="Put the outputs to grade first on the Grade page.")] = False
    no_repair: Annotated[bool, Field(description="Try no other examples or wordings where it loses.")] = False


_AS_USUAL = MoveOptions()


@operation("migrate judge", role=Role.ENGINEER, effect=Effect.GRADUAL)
def migrate(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    to: Annotated[str, Metavar("MODEL[@ENDPOINT]"), Field(description="The model that shall decide.")],
    moving: MoveOptions = _AS_USUAL,
) -> Migration:
    """Let another model decide the same outputs, and say what a move to it changes.

    Raises:
        BadInput: the judge has no prompt, asks this model already, or nothing is graded.
        ModelTrouble: the endpoint is not configured.
    """
    return compare_models(workspace, judge, to, moving, Ongoing())


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def compare_models(
    workspace: Workspace, judge: JudgeVersion, to: str, moving: MoveOptions, watched: Ongoing
) -> Migration:
    """The same for who looks on: ``watched`` says how far it is, and stops it.

    Raises:
        BadInput: the judge has no prompt, asks this model already, or nothing is graded.
        ModelTrouble: the endpoint is not configured.
    """
    _check(moving)
    new, graded = _target(workspace, judge, to), _graded(workspace, judge)
    drawn = asking_first.shadowed(workspace, judge, graded, moving.limit)
    options = watched.options(purse_of(moving.max_cost))
    old, runs, problem = _present(workspace, judge, drawn.ids, options, watched)
    known = [key for key in drawn.ids if key in old]
    watched.begin("new", len(known))
    tried = ask_unstored(naming(workspace, new.model), new, known, options, watched.hear)
    both = [key for key in known if key in tried.decisions]
    shadow = _Shadow(workspace, graded, both, old, tried.decisions)
    compared = _compared(shadow)
    found = change(compared)
    first, settles = _to_grade(shadow, compared, found)
    draw = asking_first.draw(workspace, first, drawn, both)
    if moving.ask and first.ids:
        asking_first.ask(workspace, first.ids, draw)
    pairing = shadow.pairing(judge, new)
    _, looks = change_on_dev(workspace, pairing)
    mended, repairs = _repaired(workspace, pairing, options, watched) if _loses(found, moving) else (None, [])
    return Migration(
        judge=judge.name,
        judge_version_id=judge.id,
        moved=new,
        against=graded.against,
        **_sides(shadow, judge, new),
        change=found,
        picks=_picks(first),
        settles=settles,
        draw=draw,
        repair=mended,
        unmended=0 if mended else sum(run.state == "finished" and not run.errors for run in repairs),
        looks=looks,
        **_kept(workspace, judge, _to_keep(new, mended, to, moving), moving),
        **_ended(tried.run, [*runs, tried.run, *repairs], problem, watched),
    )


def _check(moving: MoveOptions) -> None:
    if moving.keep_as == "mended" and moving.no_repair:
        raise BadInput(
            "Without a repair there is nothing mended to keep.", next_step="Leave out --no-repair."
        )


@operation(role=Role.ENGINEER, effect=Effect.WRITES)
def ask_first(workspace: Workspace, migration: Migration) -> Sample:
    """Put what is to be graded first on the Grade page, as ``ask`` does while the models are compared."""
    asking_first.ask(workspace, [pick.output_id for pick in migration.picks], migration.draw)
    return migration.draw


@operation(role=Role.ENGINEER)
def estimate_move(workspace: Workspace, judge: JudgeVersion, to: str, limit: int) -> Estimate:
    """What it takes until both models have decided so many outputs; what may mend a loss comes on top.

    Raises:
        BadInput: the judge has no prompt, asks this model already, or nothing is graded.
    """
    new = _target(workspace, judge, to)
    shadow = asking_first.shadowed(workspace, judge, _graded(workspace, judge), limit)
    judges = [judge, new] if verdict_table.missing(workspace.db, judge.id, shadow.ids) else [new]
    return estimate(workspace, execution.make_backlog(workspace.db, judges, shadow.ids, 1))


@dataclass(frozen=True)
class _Shadow:
    """The outputs that both models decided (``ids``), with what each says."""

    workspace: Workspace
    graded: GradedOutputs
    ids: Sequence[str]
    old: dict[str, Decision]
    new: dict[str, Decision]

    def pairing(self, judge: JudgeVersion, moved: JudgeVersion) -> VersionPair:
        """The graded ones of them."""
        keys = [key for key in self.ids if key in self.graded.fails]
        old, new = ({key: says[key] for key in keys} for says in (self.old, self.new))
        return VersionPair(self.graded, judge, moved, old, new)


def _target(workspace: Workspace, judge: JudgeVersion, to: str) -> JudgeVersion:
    """The judge as another model would decide; BadInput where it asks that one already."""
    spec = moved(workspace, judge, to)
    if spec == judge.spec:
        raise BadInput("{name} asks this model already.", next_step="Name another.", name=judge.name)
    return drafted(workspace, judge, spec)


def _loses(change: Change, moving: MoveOptions) -> bool:
    """Whether other examples or wordings should be tried."""
    return change.gain < 0 and advice_on(change) != "switch" and not moving.no_repair


def _repaired(
    workspace: Workspace, pairing: VersionPair, options: RunOptions, watched: Ongoing
) -> tuple[Repair | None, list[Run]]:
    watched.begin("repair")
    return repair(workspace, pairing, options)


def _ended(new: Run, runs: Sequence[Run], problem: str, watched: Ongoing) -> dict[str, Any]:
    """What all took, and how the new model ended."""
    return {
        "cost_usd": paid(runs),
        "requests": sum(run.requests for run in runs),
        "state": new.state,
        "message": " ".join(filter(None, (problem, new.message))),
        "troubles": dict(new.reasons),
        "asked_again": dict(watched.asked_again),
    }


def _to_keep(
    new: JudgeVersion, mended: Repair | None, to: str, moving: MoveOptions
) -> tuple[dict[str, Any], str] | None:
    """What to keep, and why; None where nothing is wanted or found."""
    if moving.keep_as == "mended":
        return (mended.version.spec, str(mended.why(to))) if mended and mended.mends else None
    return (new.spec, f"moved to {to}") if moving.keep_as else None


def _kept(
    workspace: Workspace,
    judge: JudgeVersion,
    repaired: tuple[dict[str, Any], str] | None,
    moving: MoveOptions,
) -> dict[str, Any]:
    if repaired is None:
        return {"kept": None, "unkept": fact("move_unmended") if moving.keep_as else NOTHING}
    spec, why = repaired
    return {"kept": keep(workspace, judge, spec, why=why, use=moving.keep_as != "beside")}


def moved(workspace: Workspace, judge: JudgeVersion, to: str) -> dict[str, Any]:
    """The specification with the model, of a panel in every member; unchanged where all ask it already.

    Behind the last @ stands an endpoint, where one is called so; else one with this model is asked, or
    the one that the judge asks.

    Raises:
        BadInput: no model is named, or the judge has no prompt.
    """
    model, at, name = to.rpartition("@")
    endpoints = settings().all_endpoints
    if not at or name not in endpoints:
        model, name = to, ""
    if not model:
        raise BadInput("No model is named.", next_step="Say which: --to MODEL, or --to MODEL@ENDPOINT.")
    prompts_of(judge)
    kind = kind_of(bound(workspace.db, [judge])[0])
    having = [endpoint for endpoint in endpoints.values() if endpoint.model == model]

    def move(prompt: Prompt) -> dict[str, Any]:
        place = endpoints[name] if name else having[0] if having else _asked_by(prompt)
        if model == prompt.spec.model and place.address == _asked_by(prompt).address:
            return dict(prompt.content)
        rest = {key: value for key, value in prompt.content.items() if key != "endpoint"}
        return rest | {"model": model, "address": place.address} | ({"endpoint": name} if name else {})

    spec = kind.rewritten(move)
    return dict(judge.spec) if spec == dict(kind.content) else spec


def _asked_by(prompt: Prompt) -> Endpoint:
    """Whom the judge asks; if nobody is there any more, the default."""
    try:
        return endpoint_for(prompt.answerer)
    except ModelTrouble:
        return settings().default_endpoint


def _present(
    workspace: Workspace, judge: JudgeVersion, ids: Sequence[str], options: RunOptions, watched: Ongoing
) -> tuple[dict[str, Decision], list[Run], str]:
    """What the present model said; it is asked where it said nothing yet. If it cannot be, why not."""
    missing, problem, runs = verdict_table.missing(workspace.db, judge.id, ids), "", list[Run]()
    if missing:
        watched.begin("present", len(missing))
        try:
            run = execution.run(watched.telling(naming(workspace, judge.model)), [judge], missing, options)
            runs, problem = [run], run.message
            watched.pay(run.cost_usd)
        except LabelcoreError as trouble:
            problem = str(trouble)
    verdicts = verdict_table.of_outputs(workspace.db, list(ids), [judge.id])
    return {verdict.output_id: verdict.decision for verdict in verdicts}, runs, problem


def _compared(shadow: _Shadow) -> PairedOutputs:
    ids, fails = shadow.ids, shadow.graded.fails
    votes = [
        np.array([_NUMBER.get(decisions[key].value, np.nan) for key in ids], dtype=np.float64)
        for decisions in (shadow.old, shadow.new)
    ]
    passes = np.array([float(not fails[key]) if key in fails else np.nan for key in ids])
    sources = sources_of(shadow.workspace.db, ids)
    return of_move(votes[0], votes[1], passes.astype(np.float64), sources)


def _to_grade(
    shadow: _Shadow, compared: PairedOutputs, effect: Change
) -> tuple[asking_first.SettlingSet, bool]:
    """The smallest set that is expected to settle it, and whether it is."""
    if advice_on(effect) != "grade first":
        return asking_first.NOBODY, True
    order = grading_order(compared)
    number = fewest_to_settle(compared, order)
    return asking_first.asked(shadow.ids, compared, order, number), number is not None


def _picks(settling: asking_first.SettlingSet) -> tuple[OutputToGrade, ...]:
    pairs = zip(settling.ids, settling.chance, strict=True)
    return tuple(OutputToGrade(output_id=key, probability=p) for key, p in pairs)


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
    """Both models, each by what it says of the outputs that both decided, and where they differ."""
    return {
        "n": len(shadow.ids),
        "flips": tuple(_flips(shadow)),
        "present": _side(judge, [shadow.old[key] for key in shadow.ids]),
        "new": _side(moved, [shadow.new[key] for key in shadow.ids]),
    }


def _side(version: JudgeVersion, decisions: Sequence[Decision]) -> ModelSide:
    specs = [prompt.spec for prompt in kind_of(version).prompts]
    cost = total_cost(decision.cost_usd for decision in decisions)
    n, latencies = len(decisions), [decision.latency_ms for decision in decisions if decision.latency_ms]
    return ModelSide(
        judge=version.name,
        model=", ".join(dict.fromkeys(prompt.model for prompt in specs)),
        endpoint=", ".join(dict.fromkeys(prompt.endpoint for prompt in specs if prompt.endpoint)),
        answered_as=tuple(sorted({decision.model for decision in decisions if decision.model})),
        cost_per_thousand=None if cost is None or not n else 1_000 * cost / n,
        latency_ms=median(latencies) if latencies else None,
    )
