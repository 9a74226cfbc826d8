"""The judge card, a file that travels with a judge: what it is, how it was measured, until when it is valid.

``labelcore check`` compares the present with it. After the idea of model cards (Mitchell et al. 2019, FAT*).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.metadata import version as installed
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from labelcore.errors import BadInput
from labelcore.models import NOTHING, OVERALL, Fact, Frozen, JudgeVersion, fact, now
from labelcore.operations import FileText, Options
from labelcore.stages import projects
from labelcore.stages.aligning import align
from labelcore.stages.aligning.measuring import shaped_by
from labelcore.stages.aligning.refereeing import flip_rate
from labelcore.stages.aligning.report import JudgeAlignment
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import human_labels, sealed_splits
from labelcore.stages.grading.settled import ruled
from labelcore.stages.judging import find_judge
from labelcore.stages.judging.testing.hardness_report import HardnessRow, report as hardness_report
from labelcore.stats.rate import Rate
from labelcore.workspace import Workspace

FORM = "labelcore judge card 1"
DAYS = 90
"""A card is valid so long, unless it says otherwise: inputs and models change."""
_BLIND, _SHAKEN = 0.5, 0.1

CardSplit = Literal["test", "dev", "train", "all"]


class GateLimits(Frozen):
    """Below these the gate closes; None is no limit."""

    tpr: float | None = Field(default=None, ge=0, le=1)
    tnr: float | None = Field(default=None, ge=0, le=1)
    pass_rate: float | None = Field(default=None, ge=0, le=1)


class LimitOptions(Options):
    """The limits as options of a command."""

    min_tpr: float | None = Field(default=None, ge=0, le=1, description="The least TPR.")
    min_tnr: float | None = Field(default=None, ge=0, le=1, description="The least TNR.")
    min_pass_rate: float | None = Field(
        default=None, ge=0, le=1, description="The least pass rate of all outputs."
    )

    @property
    def limits(self) -> GateLimits:
        """The same, by the figures' names."""
        return GateLimits(tpr=self.min_tpr, tnr=self.min_tnr, pass_rate=self.min_pass_rate)


NO_LIMITS = LimitOptions()
WantedSplit = Annotated[
    CardSplit | None,
    Field(
        description="test, dev, train or all; by default the sealed test for a judge (each new state of it "
        "counts as a look), else all."
    ),
]


class LabelSet(Frozen):
    """The grades that a card rests on; ``hash`` is of every output's id with its label."""

    hash: str
    n: int
    passes: int
    fails: int
    annotators: int


class CardRuling(Frozen):
    """What was settled where people differed: a label of the judge's subject, and why."""

    output_id: str
    label: Literal["pass", "fail", "unclear"]
    reason: str


class JudgeCard(Frozen):
    """Everything that somebody who relies on a judge should know.

    ``evidence``: quotes that the criterion rests on. ``prompt_hash``: of all that decides. ``in_sample``:
    grades of the split shaped the judge, its figures flatter.
    """

    form: str = FORM
    project: str
    judge: str
    judge_id: str
    judge_version: int
    judge_version_id: str
    kind: str
    model: str
    description: str
    prompt_hash: str
    criterion: str
    criterion_id: str | None
    criterion_version: int | None
    statement: str
    labels: LabelSet
    rulings: tuple[CardRuling, ...] = ()
    evidence: int = 0
    split: CardSplit
    in_sample: bool
    tpr: Rate
    tnr: Rate
    ppv: Rate
    npv: Rate
    balanced_accuracy: float | None
    mcc: float | None
    kappa: float | None
    baseline: float | None
    abstained: int
    flip_rate: Rate
    pass_rate: Rate
    blind_spots: tuple[Fact, ...]
    warnings: tuple[Fact, ...]
    limits: GateLimits
    made_at: datetime
    valid_until: date
    made_with: str


def read_card(text: str) -> JudgeCard:
    """A card from its file's text.

    Raises:
        BadInput: it is no judge card, or a field of it is not right.
    """
    try:
        raw: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as trouble:
        raise BadInput(
            "The card is not JSON (line {line}).",
            next_step="Make it again with `labelcore card`.",
            line=getattr(trouble, "lineno", 1),
        ) from trouble
    if not isinstance(raw, dict) or raw.get("form") != FORM:
        raise BadInput(
            "The file is not a judge card.", next_step="Make one with `labelcore card JUDGE --out FILE`."
        )
    try:
        return JudgeCard.model_validate(raw)
    except ValidationError as trouble:
        fault = trouble.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise BadInput(
            "The card's field '{place}': {fault}.",
            next_step="Make it again with `labelcore card`.",
            place=place,
            fault=fault["msg"],
        ) from trouble


CardFile = Annotated[
    JudgeCard, BeforeValidator(lambda card: read_card(card) if isinstance(card, str) else card), FileText()
]
"""A card, on the command line by its file."""


_COPIED = {"judge_id", "kind", "model", "description", "criterion_id", "criterion_version"}
_FIGURES = ("tpr", "tnr", "ppv", "npv", "balanced_accuracy", "mcc", "kappa", "baseline")


def _rulings(workspace: Workspace, criterion_id: str | None) -> Iterator[CardRuling]:
    for row in ruled(workspace):
        if criterion_id in {row.criterion_id, row.about}:
            yield CardRuling(output_id=row.output_id, label=row.label or "unclear", reason=row.reason)


def make_card(
    workspace: Workspace,
    judge: str,
    *,
    split: CardSplit | None = None,
    limits: GateLimits | None = None,
    days: int = DAYS,
) -> JudgeCard:
    """The card of a judge as it stands now, by default measured on the sealed test: that is a look at it.

    Raises:
        NotFound: there is no such judge.
        BadInput: the sealed test is wanted, and nobody gives a name.
    """
    version, moment = find_judge(workspace, judge), now()
    used: CardSplit = split or ("test" if "test" in sealed_splits(workspace) else "all")
    report = align(workspace, split=used, judge=version.id)
    alignment = report.judges[0]
    criterion = next((c for c in list_criteria(workspace) if c.id == version.criterion_id), None)
    return JudgeCard(
        project=workspace.project.name,
        judge=version.name,
        judge_version=version.version,
        judge_version_id=version.id,
        **version.model_dump(include=_COPIED),
        prompt_hash=prompt_hash(version),
        criterion=criterion.name if criterion else OVERALL,
        statement=criterion.statement if criterion else "",
        labels=label_set(workspace, version.criterion_id),
        rulings=tuple(_rulings(workspace, version.criterion_id)),
        evidence=len(criterion.evidence) if criterion else 0,
        split=used,
        in_sample=shaped_by(version, used),
        abstained=alignment.counts.abstained,
        **{name: getattr(alignment, name) for name in _FIGURES},
        flip_rate=flip_rate(workspace, version),
        pass_rate=report.pass_rate.corrected,
        blind_spots=tuple(_blind_spots(workspace, version, alignment)),
        warnings=alignment.warnings,
        limits=limits or GateLimits(),
        made_at=moment,
        valid_until=moment.date() + timedelta(days=days),
        made_with=f"labelcore {installed('labelcore')}",
    )


def prompt_hash(version: JudgeVersion) -> str:
    """The hash of everything that decides a judge's verdicts."""
    text = json.dumps(version.spec, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def label_set(workspace: Workspace, criterion_id: str | None) -> LabelSet:
    """The labels that judges of the criterion are measured on, with a hash that any change of one changes."""
    labels = human_labels(workspace).about(criterion_id)
    lines = "\n".join(f"{key} {value}" for key, value in sorted(labels.value.items()))
    return LabelSet(
        hash=hashlib.sha256(lines.encode()).hexdigest(),
        n=len(labels.value),
        passes=len(labels.passes),
        fails=len(labels.fails),
        annotators=len(labels.by_annotator) or projects.overview(workspace).annotators,
    )


def _blind_spots(workspace: Workspace, version: JudgeVersion, alignment: JudgeAlignment) -> Iterator[Fact]:
    """What the judge is known not to see, on real outputs and in hardness tests."""
    counts = alignment.counts
    if alignment.tnr.value is not None and alignment.tnr.value < _BLIND:
        yield fact("lets_through", wrong=counts.false_pass, n=counts.human_fails)
    if alignment.tpr.value is not None and alignment.tpr.value < _BLIND:
        yield fact("fails_good", wrong=counts.false_fail, n=counts.human_passes)
    yield from filter(None, map(_hard_spot, hardness_report(workspace, version).rows))


def _hard_spot(row: HardnessRow) -> Fact:
    share = row.rate.value
    if share is None:
        return NOTHING
    if row.asks == "caught" and share < _BLIND:
        return fact("defect_missed", test=row.test, rate=row.rate)
    if row.asks == "talked into pass" and share > 0:
        return fact("talked_into_pass", test=row.test, rate=row.rate)
    if row.asks == "changed" and share > _SHAKEN:
        return fact("shaken", test=row.test, rate=row.rate)
    return NOTHING
