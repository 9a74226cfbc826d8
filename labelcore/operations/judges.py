"""Judges: propose, run, look at, choose, and measure against people's grades."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.models import JudgeVersion, SplitName
from labelcore.operations import Call, Outcome, operation
from labelcore.operations.sentences import alignment_lines, choice_lines
from labelcore.stages import aligning, judging

Kind = Literal["code", "llm", "learned", "imported"]


@operation("judge propose")
def propose(
    call: Call, *, criterion: str | None = None, kind: Kind | None = None, offline: bool = False,
    limit: Annotated[int, Field(ge=1)] = 6, seed: int = 0, probability: bool = False,
) -> Outcome:  # fmt: skip
    """Propose candidate judges for each accepted criterion."""
    said: list[str] = []
    found = judging.propose(
        call.db, call.project, criterion=criterion, kind=kind, offline=offline, limit=limit,
        seed=seed, probability=probability, progress=call.progress, said=said,
    )  # fmt: skip
    document = {"judges": [_describe(version) for version in found], "warnings": said}
    lines = [f"Proposed {len(found)} judges."]
    lines += [f"  {version.name} ({version.kind}): {version.description}" for version in found]
    return Outcome(document=document, lines=(*lines, *said))


@operation("judge run")
def run(
    call: Call, *, judge: str | None = None, kind: Kind | None = None, split: SplitName | None = None,
    limit: int | None = None, concurrency: int | None = None,
) -> Outcome:  # fmt: skip
    """Run judges over outputs; what is decided already is not asked again."""
    done = judging.run_judges(
        call.db, call.project, judge=judge, kind=kind, split=split, limit=limit,
        concurrency=concurrency, progress=call.progress,
    )  # fmt: skip
    names = ("verdicts_new", "verdicts_cached", "errors", "seconds", "cost_usd", "requests")
    document = {"run": done.id, "state": done.state, "message": done.message}
    document |= {name: getattr(done, name) for name in names}
    line = (
        f"{done.verdicts_new:,} new verdicts, {done.verdicts_cached:,} known already, "
        f"{done.errors:,} errors in {done.seconds:.1f} s; {done.requests:,} model calls, "
        f"US$ {done.cost_usd:.4f}. {done.message}"
    )
    return Outcome(document=document, lines=(line.strip(),))


@operation("judge list")
def list_judges(call: Call) -> Outcome:
    """Show every judge with its verdicts and errors in counts."""
    found = judging.list_judges(call.db, call.project)
    document = {"judges": [summary.model_dump(mode="json") for summary in found]}
    lines = tuple(
        f"{s.name} ({s.kind}): {s.description}"
        + (f" [stale: {'; '.join(s.stale_because)}]" if s.stale else "")
        for s in found
    )
    return Outcome(
        document=document,
        lines=lines or ("There are no judges yet: run `labelcore judge propose`.",),
    )


@operation("judge refresh")
def refresh(call: Call, *, judge: str | None = None) -> Outcome:
    """Make stale LLM judges anew, with the glossary and the wording of now."""
    made = judging.refresh_judges(call.db, call.project, judge, author=call.author)
    lines = [f"  {own.name}: version {own.version}" for own in made]
    head = f"{len(made)} judges are made anew; run them." if made else "No LLM judge is stale."
    return Outcome(
        document={"judges": [_describe(own) for own in made]}, lines=(head, *lines)
    )  # fmt: skip


@operation("judge show")
def show(call: Call, *, judge: str) -> Outcome:
    """Show one judge with its specification and history."""
    document = judging.show_judge(call.db, call.project, judge).model_dump(mode="json")
    lines = tuple(f"{name}: {value}" for name, value in document.items())
    return Outcome(document=document, lines=lines)


@operation("choose")
def choose(
    call: Call, *, max_ffr: Annotated[float, Field(ge=0, le=1)] = 0.5,
    min_coverage: Annotated[float, Field(ge=0, le=1)] | None = None,
    must_include: Annotated[list[str], Field(max_length=20)] | None = None, seed: int = 0,
) -> Outcome:  # fmt: skip
    """Choose the set of judges, cross-fitted, and record it."""
    report = aligning.choose(
        call.db, call.project, max_ffr=max_ffr, min_coverage=min_coverage,
        must_include=must_include or (), seed=seed, author=call.author, progress=call.progress,
    )  # fmt: skip
    return Outcome(document=report.model_dump(mode="json"), lines=choice_lines(report))


@operation("align")
def align(
    call: Call, *, split: Literal["train", "dev", "test", "all"] = "all", judge: str | None = None,
    set: Literal["chosen"] | None = None,  # noqa: A002 - the contract's word
    as_of: str | None = None,
) -> Outcome:  # fmt: skip
    """Measure judges and the chosen set against people's grades, now or as of an earlier moment."""
    report = aligning.align(
        call.db, call.project, split=split, judge=judge, chosen=set == "chosen", author=call.author,
        as_of=aligning.parse_moment(as_of) if as_of is not None else None,
    )  # fmt: skip
    return Outcome(document=report.document(), lines=alignment_lines(report))


def _describe(version: JudgeVersion) -> dict[str, Any]:
    return version.model_dump(mode="json", exclude={"project_id", "author"})
