"""What is told of a judge's prompt: its words, what the model sees, its versions and their differences."""

from collections.abc import Iterator
from typing import get_args

from labelcore.judges import prompt_files
from labelcore.messages.catalogue import counted, say
from labelcore.messages.lines.refining.settings import name_words, setting_words
from labelcore.messages.results import content, lines
from labelcore.messages.telling import sentence, sentences
from labelcore.stages.refining.candidates import SUGGESTED, Kind
from labelcore.stages.refining.drafts import PromptLint
from labelcore.stages.refining.examples import Examples
from labelcore.stages.refining.history import PromptDiff, PromptHistory, VersionRow
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.prompts import ShownPrompt
from labelcore.text.showing import clock, shortened

_NEAR, _QUOTED = 60, 100


@lines("judge prompt show")
def shown(report: ShownPrompt) -> Iterator[str]:
    state = say("in use") if report.in_use else say("not in use")
    yield say(
        "{judge}, version {version} ({state}), asks {model}.", report, state=state, model=report.model or "?"
    )
    yield sentence(report.size.says)
    if report.out:
        yield say("Written to {out}: change it there, then `judge prompt set` reads it.", out=report.out)
        return
    if not report.rendered:
        yield say("The output has not the field that it looks at: the model is not asked.")
    for message in report.rendered:
        yield f"--- {message['role']}"
        yield from message["content"].splitlines()


@content("judge prompt show")
def prompt_file(report: ShownPrompt) -> bytes:
    return prompt_files.write(report.template, report.answer).encode()


@lines("judge prompt set", "judge prompt save", "judge prompt revert", "judge limit set")
def kept(report: KeptVersion) -> Iterator[str]:
    if report.in_use:
        yield say("{judge}: version {version} is in use.", report)
    else:
        yield say("{judge}: version {version} is kept, another one is in use.", report)
    if not report.new:
        yield say("It was there before: its verdicts and its paid answers stay.")
    yield from sentences(report.warnings)


@lines("judge prompt history")
def history(report: PromptHistory) -> Iterator[str]:
    if report.n:
        yield say("Figures are on the {n:,} graded outputs that all measured versions have decided.", report)
    for row in report.versions:
        yield from _row(row)


def _row(row: VersionRow) -> Iterator[str]:
    mark = "*" if row.in_use else " "
    who = " ".join(filter(None, (clock(row.at), row.author)))
    yield f"{mark} v{row.version}  {who}  {why_words(row.why)}".rstrip()
    if row.changed:
        told = {"n": row.changed.before, "changes": changed_words(row.changed)}
        yield "    " + say("from version {n}: {changes}", **told)
    yield say("    TPR {tpr}; TNR {tnr}", row)
    for use in row.uses:
        who = " ".join(filter(None, (clock(use.at), use.author)))
        yield "    " + say("put in use: {who} {why}", who=who, why=why_words(use.why)).rstrip()


def why_words(why: str) -> str:
    """Why a version was made: as a person said it; an accepted suggestion is called by what it changes."""
    kind = why.removeprefix(SUGGESTED)
    return say("suggested: {what}", what=kind_words(kind)) if kind != why and kind in get_args(Kind) else why


def kind_words(kind: str) -> str:
    """What a suggestion changes."""
    return {
        "threshold": say("another threshold"),
        "wording": say("another emphasis"),
        "questions": say("the question in parts"),
        "split": say("the question split in two"),
        "notes": say("what experts noted"),
        "example": say("examples of its errors"),
        "model": say("a model's proposal"),
    }[kind]


def changed_words(report: PromptDiff) -> str:
    """How much two versions differ, in a line."""
    words = say("words: +{added} −{removed}", report)
    names = [name_words(setting.name) for setting in report.settings]
    return say("{words}; other: {names}", words=words, names=names) if names else words


@lines("judge prompt diff")
def diff(report: PromptDiff) -> Iterator[str]:
    yield say("{judge}, version {before} to version {after}:", report) + f" {changed_words(report)}"
    for part in report.parts:
        yield f"--- {part.part} {part.member or ''}".rstrip()
        pieces = "".join(_marked(piece.kind, piece.text) for piece in part.pieces)
        yield from pieces.splitlines()
    for setting in report.settings:
        yield setting_words(setting.name, setting.before, setting.after)


def _marked(kind: str, text: str) -> str:
    """Words that went in [-…-], those that came in {+…+}, of what stayed only what is near."""
    if kind == "same":
        return text if len(text) <= 2 * _NEAR else f"{text[:_NEAR]} […] {text[-_NEAR:]}"
    return f"[-{text}-]" if kind == "gone" else f"{{+{text}+}}"


@lines("judge prompt examples")
def examples(report: Examples) -> Iterator[str]:
    if not report.pairs:
        yield say("Nothing in train can be shown.")
    for pair in report.pairs:
        for example in filter(None, (pair.example, pair.beside)):
            lead = "  " if example is pair.example else say("    beside: ")
            text = shortened(example.text, _QUOTED)
            yield f"{lead}{example.output_id} {say(example.verdict)}: {text}"
    if report.elsewhere:
        yield elsewhere_words(report)


def elsewhere_words(report: Examples) -> str:
    """How many were found that may not be shown."""
    return counted(
        "One more graded output has these words; it is of dev or test and may not be shown.",
        "{n} more graded outputs have these words; they are of dev or test and may not be shown.",
        n=report.elsewhere,
    )


@lines("judge prompt lint")
def lint(report: PromptLint) -> Iterator[str]:
    if not report.findings:
        yield say("Nothing is wrong with the prompt.")
    for finding in report.findings:
        yield f"{'!' if finding.stops else '-'} {sentence(finding.says)}"
