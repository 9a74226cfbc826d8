"""Moving a judge to another model: both decide the same outputs, and what the move costs and breaks is said.

The new model decides beside the old one, and nothing changes until somebody keeps it; the judge as it was
stays reproducible. Where the new model loses, other examples and wordings are tried on train and measured on
dev.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError, ModelTrouble
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.llm import endpoint_for
from labelcore.llm.protocol import is_another
from labelcore.llm.spending import Purse
from labelcore.models import NOTHING, Decision, Fact, Frozen, JudgeVersion, Role, fact
from labelcore.operations import Effect, Metavar, Options, operation
from labelcore.settings import Endpoint, settings
from labelcore.stages.aligning.evidence import sources_of
from labelcore.stages.aligning.report import flat
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading.rules import review
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stages.judging.running.trial_run import Tried, ask_unstored
from labelcore.stages.refining.keeping import KeptVersion, keep, prompt_of
from labelcore.stages.refining.looks import DevLooks
from labelcore.stages.refining.mending import Repair, repair
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
from labelcore.stats.drawing import hash_order
from labelcore.stats.settling import Advice, advice_on, fewest_to_settle, grading_order
from labelcore.store import outputs as output_table, splits as split_table, verdicts as verdict_table
from labelcore.workspace import Workspace

USUAL = 200
_NUMBER = {"pass": 1.0, "fail": 0.0}


class Flip(Frozen):
    """An output on which the models differ; ``human_pass``: None where nobody graded it."""

    output_id: str
    external_id: str | None
    human_pass: bool | None
    present: Decision
    new: Decision


class Side(Frozen):
    """One model on these outputs: as it was asked for, as the endpoint names it, and what it takes.

    US dollars for 1,000 verdicts, milliseconds for one (median); None where it is not known.
    """

    judge: str
    model: str
    endpoint: str
    answered_as: tuple[str, ...]
    cost_per_thousand: float | None
    latency_ms: float | None

    @property
    def renamed(self) -> Fact:
        """That the endpoint names another model than was asked for."""
        others = [name for name in self.answered_as if is_another(self.model, name)]
        told = {"judge": self.judge, "asked": self.model, "names": others}
        return fact("answered_as_another", **told) if others else NOTHING


class Pick(Frozen):
    """An output to grade, with its chance to be picked among those on which both models say the same."""

    output_id: str
    probability: float


class Migration(Frozen):
    """What a move would change.

    ``n``: outputs that both models decided. ``picks``: the smallest set to grade that is expected to settle
    it; ``settles``: whether it is (else not even all of them would do). ``repair``: what was tried where the
    new model loses. ``kept``: the version that was stored, where that was wanted.
    """

    judge: str
    judge_version_id: str
    new_version_id: str
    against: Fact
    n: int
    present: Side
    new: Side
    flips: tuple[Flip, ...]
    change: Change
    picks: tuple[Pick, ...]
    settles: bool
    repair: Repair | None
    looks: DevLooks
    kept: KeptVersion | None
    cost_usd: float
    requests: int
    state: str
    message: str
    troubles: dict[str, str]

    @property
    def advice(self) -> Advice:
        """Switch, stay, or grade first."""
        return advice_on(self.change)

    @property
    def exit_code(self) -> int:
        """1 where the new model decided nothing, or could not go on."""
        return 1 if not self.n or self.state == "stopped" else 0

    @property
    def loss(self) -> tuple[Fact, ...]:
        """What changes for 100 bad and 100 good outputs, in words."""
        return (loss_of(self.change.tnr, "bad"), loss_of(self.change.tpr, "good"))

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "judge": self.judge,
            "to": self.new.model,
            "endpoint": self.new.endpoint,
            "n": self.n,
            "n_grades": self.change.passes + self.change.fails,
            "flips": len(self.flips),
            **flat("tpr_change", self.change.tpr),
            **flat("tnr_change", self.change.tnr),
            **flat("change", self.change.balanced),
            "advice": self.advice,
            "loss": self.loss,
            "to_grade": [pick.output_id for pick in self.picks],
            "picks": self.picks,
            "settles": self.settles,
            "present": self.present,
            "new": self.new,
            "warnings": [told for told in (self.present.renamed, self.new.renamed) if told],
            "repair": self.repair.document() if self.repair else None,
            "looks": self.looks.document(),
            "kept": self.kept,
            "errors": self.troubles,
            "flipped": self.flips,
            **{name: getattr(self, name) for name in ("against", "cost_usd", "requests", "state", "message")},
        }


def loss_of(rate: Any, grade: Literal["bad", "good"]) -> Fact:
    """A change of TNR (of bad outputs) or TPR (of good ones), for 100 outputs."""
    if rate.value is None or rate.low is None or rate.high is None:
        return fact(f"loss_unknown_{grade}", why=rate.why_not)
    value, low, high = (round(100 * end) for end in (rate.value, rate.low, rate.high))
    if value < 0:
        low, high = -high, -low
    sure = "sure" if low > 0 else "unsure"
    word = "fewer" if value < 0 else "more"
    return fact(f"move_{word}_{grade}_{sure}", n=abs(value), low=abs(low), high=abs(high))


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
    criterion = find_criterion(workspace, judge.criterion_id) if judge.criterion_id else None
    graded = graded_outputs(workspace, criterion, BOTH)
    ids = _shadowed(workspace, judge, graded, moving.limit)
    options = RunOptions(purse=None if moving.max_cost is None else Purse(moving.max_cost))
    old, problem = _present(workspace, judge, ids, options)
    tried = ask_unstored(workspace, new, [key for key in ids if key in old], options)
    known = tried.decisions
    both = [key for key in ids if key in old and key in known]
    compared = _compared(workspace, graded, both, old, known)
    found = change(compared)
    picks, settles = _to_grade(compared, both, found)
    if moving.ask and picks:
        review(workspace, [pick.output_id for pick in picks])
    of_graded = {key: old[key] for key in both if key in graded.fails}
    pairing = Pairing(graded, judge, new, of_graded, {key: known[key] for key in of_graded})
    _, looks = change_on_dev(workspace, pairing)
    mended = repair(workspace, pairing, options) if _loses(found, moving) else None
    return Migration(
        judge=judge.name,
        judge_version_id=judge.id,
        new_version_id=new.id,
        against=graded.against,
        n=len(both),
        present=_side(judge, [old[key] for key in both]),
        new=_side(new, [known[key] for key in both]),
        flips=tuple(_flips(workspace, graded, both, old, known)),
        change=found,
        picks=picks,
        settles=settles,
        repair=mended,
        looks=looks,
        kept=_kept(workspace, judge, new, to, moving),
        **_ended(tried, mended, problem),
    )


def _target(workspace: Workspace, judge: JudgeVersion, to: str) -> JudgeVersion:
    """The judge as another model would decide; BadInput where it asks that one already."""
    spec = moved(workspace, judge, to)
    if spec == judge.spec:
        raise BadInput("{name} asks this model already.", next_step="Name another.", name=judge.name)
    return drafted(workspace, judge, spec)


def _loses(found: Change, moving: Moving) -> bool:
    """Whether other examples or wordings should be tried."""
    return (found.balanced.value or 0) < 0 and advice_on(found) != "switch" and not moving.no_repair


def _ended(tried: Tried, mended: Repair | None, problem: str) -> dict[str, Any]:
    """What it took, and how it ended."""
    return {
        "cost_usd": tried.run.cost_usd + (mended.cost_usd if mended else 0.0),
        "requests": tried.run.requests,
        "state": tried.run.state,
        "message": " ".join(filter(None, (problem, tried.run.message))),
        "troubles": dict(tried.run.reasons),
    }


def _kept(
    workspace: Workspace, judge: JudgeVersion, new: JudgeVersion, to: str, moving: Moving
) -> KeptVersion | None:
    if moving.keep_as is None:
        return None
    return keep(workspace, judge, new.spec, why=f"moved to {to}", use=moving.keep_as == "switch")


def moved(workspace: Workspace, judge: JudgeVersion, to: str) -> dict[str, Any]:
    """The specification with the model; unchanged where the judge asks it already.

    Behind the last @ stands an endpoint, where one is called so; else one with this model is asked, or
    the one that the judge asks.
    """
    model, at, name = to.rpartition("@")
    known = settings().all_endpoints
    if not at or name not in known:
        model, name = to, ""
    if not model:
        raise BadInput("No model is named.", next_step="Say which: --to MODEL, or --to MODEL@ENDPOINT.")
    prompt = prompt_of(bound(workspace.db, [judge])[0])
    having = [endpoint for endpoint in known.values() if endpoint.model == model]
    found = known[name] if name else having[0] if having else _asked_by(prompt)
    if model == prompt.spec.model and found.address == _asked_by(prompt).address:
        return dict(judge.spec)
    kept = {key: value for key, value in prompt.content.items() if key != "endpoint"}
    return kept | {"model": model, "address": found.address} | ({"endpoint": name} if name else {})


def _asked_by(prompt: Prompt) -> Endpoint:
    """Whom the judge asks; if nobody is there any more, the default."""
    try:
        return endpoint_for(prompt.answerer)
    except ModelTrouble:
        return settings().default_endpoint


def _shadowed(workspace: Workspace, judge: JudgeVersion, graded: GradedOutputs, limit: int) -> list[str]:
    """Graded outputs first, then others outside the test by chance, those with verdicts of the judge
    first.
    """
    first = hash_order(list(graded.fails), 0)[:limit]
    groups = output_table.groups(workspace.db, workspace.project.id)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    others = [key for key, group in groups.items() if key not in graded.fails and dealt.of(group) != "test"]
    missing = set(verdict_table.missing(workspace.db, judge.id, others))
    ordered = sorted(hash_order(others, 0), key=lambda key: key in missing)
    return [*first, *ordered[: limit - len(first)]]


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


def _compared(
    workspace: Workspace,
    graded: GradedOutputs,
    ids: Sequence[str],
    old: dict[str, Decision],
    new: dict[str, Decision],
) -> Compared:
    votes = [
        np.array([_NUMBER.get(decisions[key].value, np.nan) for key in ids], dtype=np.float64)
        for decisions in (old, new)
    ]
    passes = np.array([float(not graded.fails[key]) if key in graded.fails else np.nan for key in ids])
    return of_move(votes[0], votes[1], passes.astype(np.float64), sources_of(workspace.db, ids))


def _to_grade(compared: Compared, ids: Sequence[str], found: Change) -> tuple[tuple[Pick, ...], bool]:
    """The smallest set that is expected to settle it, and whether it is."""
    if advice_on(found) != "grade first":
        return (), True
    order = grading_order(compared)
    number = fewest_to_settle(compared, order)
    chosen = order[:number]
    open_ = np.isnan(compared.outcome)
    strata = len(compared.cells)
    taken = np.bincount(compared.stratum[chosen], minlength=strata)
    there = np.bincount(compared.stratum[open_], minlength=strata)
    return tuple(
        Pick(output_id=ids[at], probability=float(taken[compared.stratum[at]] / there[compared.stratum[at]]))
        for at in chosen.tolist()
    ), number is not None


def _flips(
    workspace: Workspace,
    graded: GradedOutputs,
    ids: Sequence[str],
    old: dict[str, Decision],
    new: dict[str, Decision],
) -> list[Flip]:
    """Graded ones first."""
    differ = sorted(
        (key for key in ids if old[key].value != new[key].value), key=lambda key: key not in graded.fails
    )
    outputs = output_table.many(workspace.db, differ)
    return [
        Flip(
            output_id=key,
            external_id=outputs[key].external_id,
            human_pass=not graded.fails[key] if key in graded.fails else None,
            present=old[key],
            new=new[key],
        )
        for key in differ
    ]


def _side(version: JudgeVersion, decisions: Sequence[Decision]) -> Side:
    spec = kind_of(version).prompts[0].spec
    n, latencies = len(decisions), [found.latency_ms for found in decisions if found.latency_ms]
    return Side(
        judge=version.name,
        model=spec.model,
        endpoint=spec.endpoint,
        answered_as=tuple(sorted({found.model for found in decisions if found.model})),
        cost_per_thousand=1_000 * sum(found.cost_usd for found in decisions) / n if n else None,
        latency_ms=median(latencies) if latencies else None,
    )
