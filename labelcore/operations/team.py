"""Several people on one project: rules of the queue, agreement, conflicts, progress."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.operations import Call, Outcome, operation
from labelcore.operations.sentences import number_words, rate_words
from labelcore.stages import grading
from labelcore.stats.agreement import Agreement


@operation("team rules")
def rules(
    call: Call, *, per_output: Annotated[int, Field(ge=0, le=100)] | None = None,
    reserve_minutes: float | None = None, repeat_share: float | None = None,
    ask_criteria: bool | None = None, suggestions: Literal["off", "after", "first"] | None = None,
) -> Outcome:  # fmt: skip
    """Show or change how outputs are handed out; ``per_output`` 0 lets everybody grade everything."""
    given: dict[str, Any] = {
        "reserve_minutes": reserve_minutes, "repeat_share": repeat_share, "ask_criteria": ask_criteria,
        "suggestions": suggestions,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    if per_output is not None:
        changes["per_output"] = per_output or None
    project = grading.set_rules(call.db, call.project, **changes) if changes else call.project
    own = grading.rules_of(project)
    each = "everybody grades everything" if own.per_output is None else f"{own.per_output} people grade each output"  # fmt: skip
    return Outcome(
        document=own.model_dump(mode="json"),
        lines=(
            f"{each[0].upper()}{each[1:]}; a reservation lasts {own.reserve_minutes:g} minutes; "
            f"{own.repeat_share:.0%} come back unannounced; {len(own.review)} outputs are in review.",
        ),
    )


@operation("team review")
def review(call: Call, *, outputs: list[str]) -> Outcome:
    """Put outputs picked by hand before everything else."""
    project = grading.review(call.db, call.project, outputs)
    ids = list(grading.rules_of(project).review)
    return Outcome(document={"review": ids}, lines=(f"{len(ids)} outputs come first now.",))


@operation("team agreement")
def agreement(call: Call) -> Outcome:
    """How far people agree: overall, for each criterion, for each pair."""
    found = grading.together(call.db, call.project)
    lines = [f"Overall: {alpha_words(found.overall)}"]
    lines += [f"{word}: {alpha_words(own)}" for word, own in found.by_criterion.items()]
    lines += [
        f"{own.one} and {own.other}: the same grade on {rate_words(own.same)}; {alpha_words(own.agreement)}"
        for own in found.pairs
    ]
    return Outcome(document=found.model_dump(mode="json"), lines=tuple(lines))


def alpha_words(own: Agreement) -> str:
    """Krippendorff's alpha as a sentence."""
    if own.alpha is None:
        return f"not measurable: {own.why_not}"
    spread = "" if own.low is None or own.high is None else f" ({own.low:.2f} to {own.high:.2f})"
    return f"alpha {number_words(own.alpha)}{spread} on {own.n_outputs} outputs"


@operation("team conflicts")
def conflicts(call: Call) -> Outcome:
    """Outputs on which people disagree, with every grade and note."""
    found = grading.conflicts(call.db, call.project)
    lines = []
    for own in found:
        said = ", ".join(f"{g.annotator} {g.value}{f' ({g.note})' if g.note else ''}" for g in own.grades)  # fmt: skip
        settled = f"; ruled {own.ruling.value} by {own.ruling.author}: {own.ruling.reason}" if own.ruling else ""  # fmt: skip
        lines.append(f"{own.output.id}: {said}{settled}")
    return Outcome(
        document={"conflicts": [
            {"output_id": own.output.id, "external_id": own.output.external_id,
             "grades": [g.model_dump(mode="json") for g in own.grades],
             "ruling": own.ruling.model_dump(mode="json") if own.ruling else None}
            for own in found
        ]},
        lines=tuple(lines) or ("Nobody disagrees.",),
    )  # fmt: skip


@operation("team rule")
def rule(call: Call, *, output: str, value: Literal["pass", "fail"], reason: str) -> Outcome:
    """Settle a conflict; every single grade is kept."""
    ruling = grading.rule(call.db, call.project, output, value, reason=reason, author=call.author)
    return Outcome(
        document=ruling.model_dump(mode="json"),
        lines=(f"{ruling.output_id} counts as {ruling.value} from now on.",),
    )


@operation("team pack")
def pack(call: Call, *, annotator: str, out: Path, n: Annotated[int, Field(ge=1, le=5_000)] = 50) -> Outcome:  # fmt: skip
    """Write the next outputs of a person as one HTML file that works without a network."""
    if out.exists():
        raise BadInput(f"{out} exists already.", next_step="Name a new file.")
    manifest, page = grading.make_pack(call.db, call.project, annotator, n=n)
    try:
        out.write_text(page, "utf-8")
    except OSError as trouble:
        raise BadInput(f"{out} cannot be written: {trouble.strerror}.") from trouble
    return Outcome(
        document=manifest.model_dump(mode="json") | {"out": str(out)},
        lines=(
            f"{out} holds {len(manifest.outputs)} outputs for {annotator}; merge what comes back with `labelcore team merge`.",
        ),
    )


@operation("team merge")
def merge(call: Call, *, file: Path) -> Outcome:
    """Store the grades that came back from a pack."""
    found = grading.merge_pack(call.db, call.project, file)
    lines = [
        f"{found.merged} acts of {found.annotator} came in, {found.known} were known already, "
        f"{found.kept_online} gave way to later grades online, {len(found.refused)} were refused.",
        *(f"  {own['id']}: {own['reason']}" for own in found.refused[:10]),
    ]
    return Outcome(document=found.model_dump(mode="json"), lines=tuple(lines))


@operation("team progress")
def progress(call: Call, *, within: Annotated[float, Field(gt=0, lt=0.5)] = 0.08) -> Outcome:
    """Who did how much, whether new kinds of failure still turn up, and what judges still need."""
    people = grading.contributions(call.db, call.project)
    seen = grading.saturation(call.db, call.project)
    budget = grading.label_budget(call.db, call.project, within=within)
    followed = grading.anchoring(call.db, call.project)
    lines = [
        f"{own.annotator}: {own.graded} graded ({own.passes} pass, {own.fails} fail, {own.unsure} unsure), "
        f"{own.notes} notes; with others {rate_words(own.with_others)}; "
        f"steadiness {rate_words(own.steadiness)}"
        for own in people
    ]
    return Outcome(
        document={
            "people": [own.model_dump(mode="json") for own in people],
            "saturation": seen.model_dump(mode="json"),
            "anchoring": followed.model_dump(mode="json"),
            "budget": [own.model_dump(mode="json") for own in budget],
        },
        lines=(*lines, seen.says, followed.says, *(own.says for own in budget)),
    )
