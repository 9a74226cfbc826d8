"""Several people on one project: rules of the queue, agreement, conflicts, progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.errors import BadInput
from labelcore.messages import document, number_words, rate_words, sentence, sentences
from labelcore.messages.card import pack_page
from labelcore.models import Grade, GradingRules
from labelcore.stages import grading
from labelcore.stages.deriving.editing import find_criterion
from labelcore.stats.agreement import Agreement
from labelcore.workspace import Workspace

_SHOWN = 20  # pairs of people that are named in the sentences; the JSON has all
_NAMED = 8  # people whose grades of one output are named one by one


@operation("team rules")
def rules(
    workspace: Workspace,
    *,
    per_output: Annotated[int, Field(ge=0, le=100)] | None = None,
    reserve_minutes: float | None = None,
    repeat_share: float | None = None,
    ask_criteria: bool | None = None,
    suggestions: Literal["off", "after", "first"] | None = None,
    scale: list[str] | None = None,
    passing_from: int | None = None,
    ask_fields: bool | None = None,
    compare: list[str] | None = None,
    deadline: str | None = None,
    contest: bool | None = None,
) -> Outcome:
    """Show or change how outputs are handed out and what is asked.

    ``per_output`` 0 lets everybody grade everything; an empty ``scale`` or ``compare`` and the
    deadline "none" end what was set.
    """
    given: dict[str, Any] = {
        "reserve_minutes": reserve_minutes,
        "repeat_share": repeat_share,
        "ask_criteria": ask_criteria,
        "suggestions": suggestions,
        "scale": scale,
        "passing_from": passing_from,
        "ask_fields": ask_fields,
        "contest": contest,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if per_output is not None:
        changes["per_output"] = per_output or None
    if compare is not None:
        changes["compare"] = tuple(compare) or None
    if deadline is not None:
        changes["deadline"] = None if deadline == "none" else deadline
    project = grading.set_rules(workspace, **changes) if changes else workspace.project
    settled = project.rules
    each = (
        "everybody grades everything"
        if settled.per_output is None
        else f"{settled.per_output} people grade each output"
    )
    return Outcome(
        document=settled.model_dump(mode="json"),
        lines=(
            f"{each[0].upper()}{each[1:]}; a reservation lasts {settled.reserve_minutes:g} minutes; "
            f"{settled.repeat_share:.0%} come back unannounced; {len(settled.review)} outputs are in review.",
            *_asked(settled),
        ),
    )


def _asked(rules: GradingRules) -> list[str]:
    """What people are asked, and until when."""
    found = []
    if rules.scale:
        levels = ", ".join(f"{at} {name}" for at, name in enumerate(rules.scale, 1))
        found.append(f"Asked on a scale: {levels}; from {rules.passing_from} on an output passes.")
    if rules.ask_criteria:
        found.append("Each accepted criterion is asked too.")
    if rules.ask_fields:
        found.append("Each field of a JSON output is asked too.")
    if rules.compare:
        found.append(f"{rules.compare[0]} and {rules.compare[1]} are compared blind.")
    if rules.deadline:
        found.append(f"To be done by {rules.deadline}.")
    return found


@operation("team prefer")
def prefer(
    workspace: Workspace,
    *,
    first: str,
    second: str,
    value: Literal["first", "second", "tie"],
    note: str = "",
    annotator: str = "",
) -> Outcome:
    """Say which of two outputs on the same input is better."""
    event = grading.prefer(
        workspace, first, second, value, annotator=annotator or workspace.person, note=note
    )
    return Outcome(document=event.model_dump(mode="json"), lines=(f"Stored as {event.id}.",))


@operation("team preferences")
def preferences(workspace: Workspace) -> Outcome:
    """Which of the two versions people prefer."""
    found = grading.preferences(workspace)
    return Outcome(
        document=document(found),
        lines=(
            sentence(found.says),
            f"{found.compared} of {found.pairs} pairs are compared: {found.first_wins} for "
            f"{found.first}, {found.second_wins} for {found.second}, {found.ties} ties.",
            f"Decisions for the left side: {rate_words(found.left)}.",
            f"Two people say the same of a pair: {rate_words(found.same)}.",
        ),
    )


@operation("team review")
def review(workspace: Workspace, *, outputs: list[str]) -> Outcome:
    """Put outputs picked by hand before everything else."""
    project = grading.review(workspace, outputs)
    ids = list(project.rules.review)
    return Outcome(document={"review": ids}, lines=(f"{len(ids)} outputs come first now.",))


@operation("team agreement")
def agreement(workspace: Workspace) -> Outcome:
    """How far people agree: overall, for each criterion, for each pair."""
    found = grading.together(workspace)
    lines = [f"Overall: {alpha_words(found.overall)}"]
    if found.levels:
        lines.append(f"On the scale: {alpha_words(found.levels)}")
    lines += [f"{word}: {alpha_words(alpha)}" for word, alpha in found.by_criterion.items()]
    lines += [
        (
            f"{pair.one} and {pair.other}: the same grade on {rate_words(pair.same)}; "
            f"{alpha_words(pair.agreement)}"
        )
        for pair in sorted(found.pairs, key=lambda pair: _least_first(pair.agreement))[:_SHOWN]
    ]
    if (more := len(found.pairs) - _SHOWN) > 0:
        lines.append(f"… and {more:,} pairs that agree better; --json has all of them.")
    return Outcome(document=found.model_dump(mode="json"), lines=tuple(lines))


def _least_first(alpha: Agreement) -> float:
    """What pairs are listed by: the least agreement first, what is not measurable last."""
    return 2.0 if alpha.alpha is None else alpha.alpha


def alpha_words(alpha: Agreement) -> str:
    """Krippendorff's alpha as a sentence."""
    if alpha.alpha is None:
        return f"not measurable: {alpha.why_not}"
    spread = "" if alpha.low is None or alpha.high is None else f" ({alpha.low:.2f} to {alpha.high:.2f})"
    return f"alpha {number_words(alpha.alpha)}{spread} on {alpha.n_outputs} outputs"


@operation("team conflicts")
def conflicts(workspace: Workspace) -> Outcome:
    """Outputs on which people disagree, with every grade and note."""
    found = grading.conflicts(workspace)
    lines = []
    for conflict in found:
        grades = _grades_words(conflict.grades)
        settled = (
            f"; ruled {conflict.ruling.value} by {conflict.ruling.author}: {conflict.ruling.reason}"
            if conflict.ruling
            else ""
        )
        on = f" on {conflict.criterion.name}" if conflict.criterion else ""
        lines.append(f"{conflict.output.id}{on}: {grades}{settled}")
    return Outcome(
        document={
            "conflicts": [
                {
                    "output_id": conflict.output.id,
                    "external_id": conflict.output.external_id,
                    "criterion_id": conflict.criterion.id if conflict.criterion else None,
                    "grades": [g.model_dump(mode="json") for g in conflict.grades],
                    "ruling": conflict.ruling.model_dump(mode="json") if conflict.ruling else None,
                }
                for conflict in found
            ]
        },
        lines=tuple(lines) or ("Nobody disagrees.",),
    )


def _grades_words(given: Sequence[Grade]) -> str:
    """Every person's grade and note; of many people how often each grade was given."""
    if len(given) <= _NAMED:
        return ", ".join(f"{g.annotator} {g.value}{f' ({g.note})' if g.note else ''}" for g in given)
    counts = Counter(g.value for g in given)
    return ", ".join(f"{number} {value}" for value, number in counts.most_common())


@operation("team rule")
def rule(
    workspace: Workspace,
    *,
    output: str,
    value: Literal["pass", "fail", "withdrawn"],
    reason: str,
    criterion: str | None = None,
) -> Outcome:
    """Settle a conflict, or withdraw one's ruling; every single grade is kept."""
    asked = None if criterion is None else find_criterion(workspace, criterion)
    ruling = grading.rule(workspace, output, value, reason=reason, criterion_id=asked.id if asked else None)
    on = f" on {asked.name}" if asked else ""
    words = "has no ruling" if value == "withdrawn" else f"counts as {ruling.value}"
    return Outcome(
        document=ruling.model_dump(mode="json"), lines=(f"{ruling.output_id}{on} {words} from now on.",)
    )


@operation("team pack")
def pack(
    workspace: Workspace, *, annotator: str, out: Path, n: Annotated[int, Field(ge=1, le=5_000)] = 50
) -> Outcome:
    """Write the next outputs of a person as one HTML file that works without a network."""
    if out.exists():
        raise BadInput(f"{out} exists already.", next_step="Name a new file.")
    pack = grading.make_pack(workspace, annotator, n=n)
    try:
        out.write_text(pack_page(pack), "utf-8")
    except OSError as trouble:
        raise BadInput(f"{out} cannot be written: {trouble.strerror}.") from trouble
    return Outcome(
        document=pack.manifest.model_dump(mode="json") | {"out": str(out)},
        lines=(
            (
                f"{out} holds {len(pack.manifest.outputs)} outputs for {annotator}; merge what comes back "
                "with `labelcore team merge`."
            ),
        ),
    )


@operation("team merge")
def merge(workspace: Workspace, *, file: Path) -> Outcome:
    """Store the grades that came back from a pack."""
    found = grading.merge_pack(workspace, file)
    lines = [
        f"{found.merged} acts of {found.annotator} came in, {found.known} were known already, "
        f"{found.kept_online} gave way to later grades online, {len(found.refused)} were refused.",
        *(f"  {act['id']}: {act['reason']}" for act in found.refused[:10]),
    ]
    return Outcome(document=found.model_dump(mode="json"), lines=tuple(lines))


@operation("team progress")
def progress(workspace: Workspace, *, within: Annotated[float, Field(gt=0, lt=0.5)] = 0.08) -> Outcome:
    """Who did how much, whether new kinds of failure still turn up, and what judges still need."""
    people = grading.contributions(workspace)
    seen = grading.saturation(workspace)
    budget = grading.label_budget(workspace, within=within)
    followed = grading.anchoring(workspace)
    lines = [
        f"{person.annotator}: {person.graded} graded ({person.passes} pass, {person.fails} fail, "
        f"{person.unsure} unsure), "
        f"{person.notes} notes; with others {rate_words(person.with_others)}; "
        f"steadiness {rate_words(person.steadiness)}"
        for person in people
    ]
    return Outcome(
        document={
            "people": [person.model_dump(mode="json") for person in people],
            "saturation": document(seen),
            "anchoring": document(followed),
            "budget": document(budget),
        },
        lines=(*lines, *sentences((seen.says, followed.says, *(need.says for need in budget)))),
    )
