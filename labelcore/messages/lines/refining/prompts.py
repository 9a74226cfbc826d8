"""What is told of a judge's prompt: its words, what the model sees, its versions and their differences."""

from collections.abc import Iterator

from labelcore.judges import prompt_files
from labelcore.messages.catalogue import judge_words, say
from labelcore.messages.figures import rate_words
from labelcore.messages.results import content, lines
from labelcore.messages.telling import sentence, sentences
from labelcore.stages.refining.history import PromptDiff, PromptHistory, VersionRow
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.prompts import ShownPrompt

_NEAR = 60


@lines("judge prompt show")
def shown(found: ShownPrompt) -> Iterator[str]:
    state = say("in use") if found.in_use else say("not in use")
    yield say(
        "{judge}, version {version} ({state}), asks {model}.",
        judge=judge_words(found.judge),
        version=found.version,
        state=state,
        model=found.model or "?",
    )
    yield sentence(found.size.says)
    if found.out:
        yield say("Written to {out}: change it there, then `judge prompt set` reads it.", out=found.out)
        return
    if not found.rendered:
        yield say("The output has not the field that it looks at: the model is not asked.")
    for message in found.rendered:
        yield f"--- {message['role']}"
        yield from message["content"].splitlines()


@content("judge prompt show")
def prompt_file(found: ShownPrompt) -> bytes:
    return prompt_files.write(found.template, found.answer).encode()


@lines("judge prompt set", "judge prompt save", "judge prompt revert", "judge limit set")
def kept(found: KeptVersion) -> Iterator[str]:
    told = {"judge": judge_words(found.judge), "version": found.version}
    if found.in_use:
        yield say("{judge}: version {version} is in use.", **told)
    else:
        yield say("{judge}: version {version} is kept, another one is in use.", **told)
    if not found.new:
        yield say("It was there before: its verdicts and its paid answers stay.")
    yield from sentences(found.warnings)


@lines("judge prompt history")
def history(found: PromptHistory) -> Iterator[str]:
    if found.n:
        yield say(
            "Figures are on the {n:,} graded outputs that all measured versions have decided.", n=found.n
        )
    for row in found.versions:
        yield from _row(row)


def _row(row: VersionRow) -> Iterator[str]:
    mark = "*" if row.in_use else " "
    who = " ".join(filter(None, (f"{row.at:%Y-%m-%d %H:%M}", row.author)))
    yield f"{mark} v{row.version}  {who}  {row.why}".rstrip()
    if row.changed:
        yield f"    {changed_words(row.changed)}"
    yield say("    TPR {tpr}; TNR {tnr}", tpr=rate_words(row.tpr), tnr=rate_words(row.tnr))
    for use in row.uses:
        who = " ".join(filter(None, (f"{use.at:%Y-%m-%d %H:%M}", use.author)))
        yield "    " + say("put in use: {who} {why}", who=who, why=use.why).rstrip()


def changed_words(found: PromptDiff) -> str:
    """How much two versions differ, in a line."""
    words = say("words: +{added} −{removed}", added=found.added, removed=found.removed)
    names = [setting.name for setting in found.settings]
    return say("{words}; other: {names}", words=words, names=names) if names else words


@lines("judge prompt diff")
def diff(found: PromptDiff) -> Iterator[str]:
    told = {"judge": judge_words(found.judge), "before": found.before, "after": found.after}
    yield say("{judge}, version {before} to version {after}:", **told) + f" {changed_words(found)}"
    for part in found.parts:
        yield f"--- {part.part} {part.member or ''}".rstrip()
        pieces = "".join(_marked(piece.kind, piece.text) for piece in part.pieces)
        yield from pieces.splitlines()
    for setting in found.settings:
        yield f"{setting.name}: {setting.before!r} -> {setting.after!r}"


def _marked(kind: str, text: str) -> str:
    """Words that went in [-…-], those that came in {+…+}, of what stayed only what is near."""
    if kind == "same":
        return text if len(text) <= 2 * _NEAR else f"{text[:_NEAR]} […] {text[-_NEAR:]}"
    return f"[-{text}-]" if kind == "gone" else f"{{+{text}+}}"
