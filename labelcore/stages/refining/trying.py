"""Try before you keep: what another version of a judge mends and what it breaks, on graded outputs.

Those come first on which the present version errs, then a draw of those that it has right, so that what the
new one breaks is seen as well; the draw's chances weigh the figures. The sealed test stays out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError
from labelcore.judges import prompt_files
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.llm.spending import Purse, purse_of
from labelcore.models import Criterion, Decision, Fact, JudgeVersion, Role, Run, SplitName, now
from labelcore.operations import Effect, operation
from labelcore.stages.aligning.evidence import sources_of, truth_of
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stages.judging.keeping.binding import bound
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stages.judging.running.trial_run import ask_unstored
from labelcore.stages.refining.keeping import Member
from labelcore.stages.refining.looks import DevLooks, look_at, looks_at_dev
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.prompts import PromptText, changed
from labelcore.stages.refining.trials import WHATS, Attempt, Trial, paid
from labelcore.stats.changes import SILENT, Change, change, of_trial
from labelcore.stats.drawing import hash_order
from labelcore.stats.settling import SettlingCount, more_to_settle
from labelcore.store import outputs as output_table, splits as split_table, verdicts as verdict_table
from labelcore.workspace import Workspace

USUAL = 60
"""So many outputs are tried where nobody says more."""
Splits = tuple[SplitName, ...]
MostCost = Annotated[float | None, Field(gt=0, description="US dollars that it may spend.")]
BOTH: Splits = ("train", "dev")


@dataclass(frozen=True)
class Draw:
    """The outputs on which a version is tried, and those for which they stand, by id."""

    pool: tuple[str, ...]
    drawn: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """Which graded outputs are tried: at most so many, of these splits. ``purse``: what may be spent;
    ``draw``: exactly these, as far as they are still graded; ``told``: hears which, before any is asked;
    ``known``: nobody is asked, and what was seen before is no look at dev.
    """

    limit: int = USUAL
    splits: Splits = BOTH
    watched: Ongoing = field(default_factory=Ongoing)
    purse: Purse | None = None
    draw: Draw | None = None
    told: Callable[[Draw], None] = lambda _draw: None
    known: bool = False

    @property
    def options(self) -> RunOptions:
        """How all versions are asked."""
        return replace(self.watched.options(self.purse), known=self.known)


@operation("judge prompt try", role=Role.ENGINEER, effect=Effect.GRADUAL)
def try_prompt(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    file: PromptText,
    limit: Annotated[int, Field(ge=1, description="Try it on so many graded outputs at most.")] = USUAL,
    split: Annotated[Literal["train", "dev"] | None, Field(description="Only on these, not on both.")] = None,
    max_cost: MostCost = None,
    member: Member = 0,
) -> Trial:
    """Try another prompt of a judge on graded outputs before it is kept: what it mends, what it breaks.

    Those on which the present version errs come first; nothing is paid for twice, and nothing is stored.

    Raises:
        BadInput: the file holds no prompt that can be asked, or nothing is graded.
    """
    new = drafted(workspace, judge, changed(judge, prompt_files.read(file), member))
    splits: Splits = (split,) if split else BOTH
    return compare(workspace, judge, new, Order(limit, splits, purse=purse_of(max_cost)))


def drafted(workspace: Workspace, judge: JudgeVersion, spec: dict[str, Any]) -> JudgeVersion:
    """The judge with another specification, not stored; BadInput where that changes nothing. Where the same
    model is asked as before, it is asked at the address that the judge is bound to.
    """
    new_id = version_id(workspace.project.id, judge.criterion_id, judge.kind, spec)
    if new_id == judge.id:
        raise BadInput("{name} asks exactly this already.", next_step="Change a word.", name=judge.name)
    update = {
        "id": new_id,
        "spec": _addressed(bound(workspace.db, [judge])[0], spec),
        "version": judge.version + 1,
        "author": workspace.person,
        "at": now(),
    }
    new = judge.model_copy(update=update)
    models = dict.fromkeys(prompt.spec.model for prompt in kind_of(new).prompts)
    return new.model_copy(update={"model": ", ".join(models)})


def _addressed(present: JudgeVersion, spec: dict[str, Any]) -> dict[str, Any]:
    """A specification in which whoever was asked before is asked at the same address."""
    specs = [prompt.spec for prompt in kind_of(present).prompts]
    addresses = {(prompt.model, prompt.endpoint): prompt.address for prompt in specs if prompt.address}

    def place(prompt: Prompt) -> dict[str, Any]:
        address = prompt.spec.address or addresses.get((prompt.spec.model, prompt.spec.endpoint))
        return {**prompt.content, "address": address} if address else dict(prompt.content)

    return kind_of(present.model_copy(update={"spec": spec})).rewritten(place)


def compare(
    workspace: Workspace, present: JudgeVersion, new: JudgeVersion, order: Order | None = None
) -> Trial:
    """Ask the new version about graded outputs and say what it mends and breaks; nothing of it is stored but
    the answers that were paid for. What the present one has not decided yet it decides now.

    Raises:
        BadInput: no graded output of these splits says anything about the judge's criterion.
        ModelTrouble: the endpoint is not configured.
    """
    plan = order or Order()
    criterion = find_criterion(workspace, present.criterion_id) if present.criterion_id else None
    labelled, before = (graded_outputs(workspace, criterion, plan.splits), Counter(plan.watched.asked_again))
    decisions, run = decided(workspace, present, labelled, plan)
    draw = plan.draw or Draw(tuple(decisions), tuple(drawn(labelled, decisions, plan.limit)))
    plan.told(draw)
    ids = [key for key in draw.drawn if key in decisions]
    plan.watched.begin(plan.watched.step, len(ids))
    asking = naming(workspace, f"version {new.version}, not kept")
    answers = ask_unstored(asking, new, ids, plan.options, plan.watched.hear)
    runs = [part for part in (run, answers.run) if part]
    pairing = VersionPair(labelled, present, new, decisions, answers.decisions, seen=plan.known)
    trial = _trial(workspace, pairing, runs, len(ids))
    return trial.model_copy(update={"asked_again": dict(plan.watched.asked_again - before)})


def naming(workspace: Workspace, asked: str) -> Workspace:
    """The workspace, whose progress says first who is asked."""
    return replace(
        workspace, progress=lambda done, total, words: workspace.progress(done, total, f"{asked}: {words}")
    )


@dataclass(frozen=True)
class GradedOutputs:
    """People's grades by output id, the split of each, and their notes."""

    fails: dict[str, bool]
    splits: dict[str, SplitName]
    labels: Labels
    against: Fact


def graded_outputs(workspace: Workspace, criterion: Criterion | None, splits: Splits) -> GradedOutputs:
    """The outputs of these splits that say something about the criterion; the sealed test is never there.

    Raises:
        BadInput: there are none.
    """
    labels = fitting_labels(workspace)
    truth = truth_of(criterion, labels)
    groups = output_table.groups_of(workspace.db, list(truth.fails))
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    of_each = {key: dealt.of(groups[key]) for key in truth.fails}
    fails = {key: failed for key, failed in truth.fails.items() if of_each[key] in splits}
    if not fails:
        raise BadInput(
            "No graded output of {splits} says anything about this judge's criterion.",
            next_step="Grade more outputs.",
            splits=list(splits),
        )
    noted = labels.noted(criterion.id if criterion else None)
    return GradedOutputs(fails, {key: of_each[key] for key in fails}, noted, truth.against)


def decided(
    workspace: Workspace, present: JudgeVersion, graded: GradedOutputs, order: Order
) -> tuple[dict[str, Decision], Run | None]:
    """What the present version says; where it said too little, it is asked about a draw of the rest."""
    decisions = _said(workspace, present, graded)
    if order.draw:
        return {key: decisions[key] for key in order.draw.pool if key in decisions}, None
    missing = hash_order([key for key in graded.fails if key not in decisions], 0)[
        : order.limit - len(decisions)
    ]
    if len(decisions) >= order.limit or not missing or not kind_of(present).runs:
        return decisions, None
    try:
        asking = order.watched.telling(naming(workspace, f"version {present.version}"))
        run = execution.run(asking, [present], missing, order.options)
    except LabelcoreError:  # what it decided before is there all the same
        if not decisions:
            raise
        return decisions, None
    return _said(workspace, present, graded), run


def _said(workspace: Workspace, version: JudgeVersion, graded: GradedOutputs) -> dict[str, Decision]:
    verdicts = verdict_table.of_outputs(workspace.db, list(graded.fails), [version.id])
    return {verdict.output_id: verdict.decision for verdict in verdicts}


def is_right(decision: Decision, *, failed: bool) -> bool:
    """Whether a decision is what people say; an abstention is not."""
    return decision.value == ("fail" if failed else "pass")


def drawn(graded: GradedOutputs, known: dict[str, Decision], limit: int) -> list[str]:
    """Errors first, at most half of the limit while there is enough that is right; of those both grades
    alike.

    Within each grade, right or wrong, every output has the same chance; the same are drawn every time.
    """
    fails = graded.fails
    ordered = hash_order(list(known), 0)
    good = {key: is_right(known[key], failed=fails[key]) for key in ordered}
    wrong = [key for key in ordered if not good[key]]
    right = [[key for key in ordered if good[key] and fails[key] is failed] for failed in (True, False)]
    errors = wrong[: max(limit - limit // 2, limit - len(right[0]) - len(right[1]))]
    rest = limit - len(errors)
    bad = min(len(right[0]), max(rest - rest // 2, rest - len(right[1])))
    return [*errors, *right[0][:bad], *right[1][: rest - bad]]


@dataclass(frozen=True)
class VersionPair:
    """Two versions of a judge with what each says of graded outputs, by output id. ``seen``: this was shown
    before.
    """

    graded: GradedOutputs
    present: JudgeVersion
    new: JudgeVersion
    known: dict[str, Decision]
    decisions: dict[str, Decision]
    seen: bool = False


def change_on_dev(workspace: Workspace, pairing: VersionPair) -> tuple[Change, DevLooks]:
    """What the new version changes on dev; the look counts, unless it was seen before."""
    graded, known, decisions = pairing.graded, pairing.known, pairing.decisions
    dev = [key for key in known if graded.splits.get(key) == "dev"]
    state = sorted(
        f"{key}={graded.fails[key]}{known[key].value}{decisions[key].value}"
        for key in dev
        if key in decisions
    )
    change = change_on(workspace, pairing, dev)
    if pairing.seen:
        return change, looks_at_dev(workspace, pairing.present)
    return change, look_at(workspace, pairing.present, pairing.new, change, state)


def _trial(workspace: Workspace, pairing: VersionPair, runs: Sequence[Run], wanted: int) -> Trial:
    graded, known, decisions = pairing.graded, pairing.known, pairing.decisions
    present, new = pairing.present, pairing.new
    whole = change_on(workspace, pairing, list(known))
    on_dev, looks = change_on_dev(workspace, pairing)
    left = [graded.fails[key] for key in known if key not in decisions]
    return Trial(
        judge=present.name,
        judge_version_id=present.id,
        new_version_id=new.id,
        against=graded.against,
        attempts=tuple(_attempts(workspace, pairing)),
        pool=len(known),
        left=SettlingCount(passes=left.count(False), fails=left.count(True)),
        change=whole,
        on_dev=on_dev,
        more=more_to_settle(whole),
        looks=looks,
        wanted=wanted,
        cost_usd=paid(runs),
        requests=sum(part.requests for part in runs),
        seconds=sum(part.seconds for part in runs),
        state=runs[-1].state,
        message=" ".join(dict.fromkeys(part.message for part in runs if part.message)),
        troubles=dict(runs[-1].reasons),
        undecided=runs[-1].error_kinds,
    )


def change_on(workspace: Workspace, pairing: VersionPair, ids: Sequence[str]) -> Change:
    """What the new version changes on these outputs, of which the present one has decided all."""
    graded = pairing.graded

    def states(decisions: dict[str, Decision]) -> list[float]:
        return [
            _state(decisions[key], failed=graded.fails[key]) if key in decisions else np.nan for key in ids
        ]

    passes = np.array([not graded.fails[key] for key in ids], dtype=bool)
    present, new = np.array(states(pairing.known), dtype=np.int64), np.array(states(pairing.decisions))
    return change(of_trial(passes, present, new, sources_of(workspace.db, ids)))


def _state(decision: Decision, *, failed: bool) -> float:
    return SILENT if decision.value == "abstain" else float(is_right(decision, failed=failed))


def _attempts(workspace: Workspace, pairing: VersionPair) -> list[Attempt]:
    graded, known, decisions = pairing.graded, pairing.known, pairing.decisions
    outputs = output_table.many(workspace.db, list(decisions))
    found = [
        Attempt(
            output_id=key,
            external_id=outputs[key].external_id,
            split=graded.splits[key],
            human_pass=not graded.fails[key],
            notes=graded.labels.notes.get(key, ()),
            present=known[key],
            new=decisions[key],
        )
        for key in hash_order(list(decisions), 0)
    ]
    return sorted(found, key=lambda attempt: WHATS.index(attempt.what))
