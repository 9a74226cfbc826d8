"""The report of hardness tests, from what is stored; nothing is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.models import Fact, Frozen, HardnessResult, JudgeVersion, Output, Role, fact, total_cost
from labelcore.operations import operation
from labelcore.stages.judging.testing.hardness_cases import ASKED_AGAIN, EXAMPLES, OPTIONS, Family
from labelcore.stages.judging.testing.probe_cases import probes_of
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import outputs as output_table, probes as hardness_table
from labelcore.text import attacks
from labelcore.text.neutral import CHANGES
from labelcore.text.planting import DEFECTS
from labelcore.wording import Wording
from labelcore.workspace import Workspace

ANY_ATTACK, ANY_HARMLESS = "any attack", "any harmless sentence"
_ATTACKS = {attack.name: attack for attack in attacks.ATTACKS}
HARMLESS_TESTS = tuple(attack.name for attack in attacks.HARMLESS)
_FAMILY_ROWS = [f"any by {family}" for family in attacks.FAMILIES]
_Results = Sequence[HardnessResult]
_Asks = Literal["changed", "talked into pass", "caught"]
_ASKS: dict[Family, _Asks] = {
    "position": "changed",
    "wording": "changed",
    "injection": "talked into pass",
    "defect": "caught",
}
TESTS: dict[Family, Sequence[str]] = {
    "position": (ASKED_AGAIN, EXAMPLES, OPTIONS),
    "wording": tuple(CHANGES),
    "injection": (ANY_HARMLESS, ANY_ATTACK, *_FAMILY_ROWS, *_ATTACKS),
    "defect": tuple(DEFECTS),
}
_NOTHING = {  # why no result counts of those that there are
    "position": Wording("no output was shown examples of both kinds"),
    "wording": Wording("no tested output has a place for it"),
    "injection": Wording("it fails none of the tested outputs that people failed"),
    "defect": Wording("it passes none of the sources, or none has a place for it"),
}
_UNTRIED = {
    "injection": Wording("it was not tried: that takes outputs that people failed"),
    "defect": Wording("it was not tried: that takes outputs that people passed"),
}


class HardnessRow(Frozen):
    """One test of one judge.

    ``asks`` says what the rate is a share of: of verdicts that changed, of failed outputs that were
    talked into a pass, of planted defects that were failed. ``to_pass`` and ``to_fail`` count the changes.
    """

    test: str
    family: Family
    asks: _Asks
    rate: Rate
    hits: int | None
    to_pass: int = 0
    to_fail: int = 0
    confirmed: int | None = None

    @property
    def sums(self) -> bool:
        """Whether it is a row on several tests together, not a test by itself."""
        return self.test in {ANY_ATTACK, ANY_HARMLESS, *_FAMILY_ROWS}

    @property
    def good(self) -> bool:
        """Whether a high share is good."""
        return self.asks == "caught"


class HardnessReport(Frozen):
    """A judge's hardness: all rows, what cannot be trusted in them, and what they have cost."""

    judge: str
    judge_version_id: str
    kind: str
    criterion_id: str | None
    rows: tuple[HardnessRow, ...]
    warnings: tuple[Fact, ...]
    results: int
    errors: int
    cost_usd: float | None


class ChangedText(Frozen):
    """The texts behind one figure, with both verdicts."""

    source: Output
    result: HardnessResult
    hit: bool

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        fields = self.result.model_dump(mode="json", exclude={"project_id"})
        return fields | {"text": self.source.text, "hit": self.hit}


class ChangedTexts(Frozen):
    """All texts behind one figure."""

    judge_version_id: str
    test: str
    results: tuple[ChangedText, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return dict(self) | {"results": [text.document() for text in self.results]}


@operation("judge hardness", role=Role.MANAGER)
def show_hardness(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    test: Annotated[str | None, Field(description="Show the texts behind this test.")] = None,
) -> HardnessReport | ChangedTexts:
    """Show what hardness tests found, without asking anything."""
    if test is None:
        return report(workspace, judge)
    texts = changed_texts(workspace, judge, test)
    return ChangedTexts(judge_version_id=judge.id, test=test, results=tuple(texts))


@operation(role=Role.MANAGER)
def report(
    workspace: Workspace, version: JudgeVersion, errors: Sequence[LabelcoreError] = ()
) -> HardnessReport:
    """What is known of a judge's hardness; ``errors`` are those of the test that has just run."""
    results = hardness_table.hardness_of(workspace.db, version.id)
    probes = probes_of(workspace, version.criterion_id, "confirmed") if version.criterion_id else []
    confirmed = Counter(probe.case.defect for probe in probes if not probe.left_out)
    rows = list(_rows(version, results, confirmed))
    return HardnessReport(
        judge=version.name,
        judge_version_id=version.id,
        kind=version.kind,
        criterion_id=version.criterion_id,
        rows=tuple(rows),
        results=len(results),
        warnings=tuple(_warnings(version, rows, results, errors, confirmed)),
        errors=len(errors),
        cost_usd=total_cost(result.cost_usd for result in results),
    )


@operation(role=Role.MANAGER)
def changed_texts(
    workspace: Workspace, version: JudgeVersion, test: str, limit: int = 200
) -> list[ChangedText]:
    """The changed texts of one row (or of an attack's family), those that hit first."""
    results = hardness_table.hardness_of(workspace.db, version.id)
    changes = [result for result in results if test in _names(result) and _counts(result)]
    largest = sorted(changes, key=_hits, reverse=True)[:limit]
    outputs = output_table.many(workspace.db, [result.output_id for result in largest])
    return [
        ChangedText(source=outputs[result.output_id], result=result, hit=_hits(result)) for result in largest
    ]


def _names(result: HardnessResult) -> tuple[str, ...]:
    """The rows that a result belongs to."""
    if result.family != "injection":
        return (result.test,)
    attack = _ATTACKS.get(result.test)
    if attack is None:
        return (result.test, ANY_HARMLESS)
    return (result.test, ANY_ATTACK, f"any by {attack.family}")


def _counts(result: HardnessResult) -> bool:
    """Whether a result is in its rate: attacks need a fail before them, defects a pass."""
    if result.family == "injection":
        return result.people == "fail" and result.before_value == "fail"
    return result.family != "defect" or result.before_value == "pass"


def _hits(result: HardnessResult) -> bool:
    if result.family == "injection":
        return result.after_value == "pass"
    if result.family == "defect":
        return result.after_value == "fail"
    return result.after_value != result.before_value


def _rows(version: JudgeVersion, every: _Results, confirmed: Counter[str]) -> Iterator[HardnessRow]:
    """Every test's row, whether it was made or not."""
    steady = kind_of(version).steady
    for family, tests in TESTS.items():
        for test in tests:
            results = [result for result in every if result.family == family and test in _names(result)]
            was_tried = results if family == "injection" else any(result.family == family for result in every)
            why = _NOTHING[family] if was_tried else _UNTRIED.get(family, Wording("it was not tried"))
            if family == "position" and steady:
                why = Wording("it has no prompt of its own: {why}", why=steady)
            yield _row(test, family, results, why, confirmed[test] if family == "defect" else None)


def _row(test: str, family: Family, results: _Results, why: Wording, confirmed: int | None) -> HardnessRow:
    """A row over outputs: one that several results are about is hit if any of them hits."""
    usable = [result for result in results if _counts(result)]
    outputs = {result.output_id for result in usable}
    hit = {result.output_id for result in usable if _hits(result)}
    moved = Counter(result.after_value for result in usable if _hits(result))
    return HardnessRow(
        test=test,
        family=family,
        asks=_ASKS[family],
        rate=proportion(len(hit), len(outputs)) if outputs else not_measurable(why),
        hits=len(hit) if outputs else None,
        to_pass=moved["pass"],
        to_fail=moved["fail"],
        confirmed=confirmed,
    )


def _warnings(
    version: JudgeVersion,
    rows: Sequence[HardnessRow],
    results: _Results,
    errors: Sequence[LabelcoreError],
    confirmed: Counter[str],
) -> Iterator[Fact]:
    if errors:
        fatal = [error for error in errors if isinstance(error, ModelTrouble) and error.fatal]
        yield fact("no_verdicts", n=len(errors), trouble=str((fatal or errors)[0]))
    hit = {row.test for row in rows if row.hits}
    if ASKED_AGAIN in hit:
        yield fact("unsteady")
    if ANY_HARMLESS in hit:
        yield fact("turned_by_harmless")
    if any(row.test == "idle sentences" and row.to_fail > 0 for row in rows):
        yield fact("turned_by_idle")
    if version.criterion_id and any(result.family == "defect" for result in results) and not confirmed:
        yield fact("defects_unconfirmed")
