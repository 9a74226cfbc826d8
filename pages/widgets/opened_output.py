"""The output that is open beside the table of outputs, with everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from labelcore.messages import listed, say
from labelcore.messages.catalogue import judge_words, person_words
from labelcore.messages.lines.sampling import pick_words
from labelcore.models import JudgeVersion, Output
from labelcore.stages import selecting
from labelcore.stages.aligning.measuring import judges_of
from labelcore.store.about import Event, VersionVerdict
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import gold, keys, restoring, shell
from pages.widgets.outputs import show_output, why_words
from pages.widgets.shell import plain

_VERDICTS = 8
_RULED = {"value", "author", "reason"}


def said(who: str, value: str) -> str:
    """Who says what."""
    return say("{name}: {told}", name=person_words(who), told=say(value))


def show(workspace: Workspace, output: Output | None) -> None:
    """Everything that is known of an output."""
    if output is None:
        return
    details = selecting.show_output(workspace, output)
    st.subheader(plain(output.external_id or output.id[:12]))
    show_output(output)
    restoring.offer(workspace, output)
    gold.offer(workspace, output)
    for grade in details.grades:
        about = say(" on one criterion") if not grade.is_overall else ""
        st.text(f"{said(grade.annotator, grade.value)}{about}{f' — {grade.note}' if grade.note else ''}")
    if not details.grades:
        st.caption(say("Nobody has graded it."))
    if details.verdicts:
        verdicts = st.expander(say("What judges say"), key=keys.OUTPUTS_SAID, on_change="rerun")
        if verdicts.open:
            with verdicts:
                _show_verdicts(workspace, output, details.verdicts)
    for event in details.feedback:
        st.text(_event(event))
    for code, quote in details.codes:
        st.text(f"“{quote}” — {code}")
    for ruling in (*details.rulings, *details.court_rulings):
        st.text(say("Ruled {value} by {author}: {reason}", **ruling.model_dump(include=_RULED)))
    origin = st.expander(say("Fields and origin"), key=keys.OUTPUTS_ORIGIN, on_change="rerun")
    if origin.open:
        with origin:
            _show_origin(output, details)


def _show_verdicts(workspace: Workspace, output: Output, given: Sequence[VersionVerdict]) -> None:
    """What is wrong with it first."""
    versions = judges_of(workspace.db, [verdict.judge_version_id for verdict in given])
    verdicts = sorted(zip(versions, given, strict=True), key=lambda pair: pair[1].value != "fail")
    shown = shell.page_of(verdicts, _VERDICTS, shell.key_of("verdicts", [output.id]))
    shell.table([_verdict(workspace, output, version, verdict) for version, verdict in shown], narrow=True)


def _show_origin(output: Output, details: selecting.OutputFacts) -> None:
    facts = {
        say("id in your data"): output.external_id,
        say("id"): output.id,
        say("Import"): details.batch.file_name if details.batch else "",
        say("imported at"): clock(output.at),
        say("Split"): say(details.split),
        say("Sample"): listed(pick_words(draw.reason) for draw in details.samples),
        say("source"): output.group_key,
        say("model"): output.model,
        say("version"): output.prompt_version,
        **output.metadata,
    }
    shell.table([{say("field"): name, say("value"): str(value or "")} for name, value in facts.items()])


def _verdict(
    workspace: Workspace, output: Output, version: JudgeVersion, verdict: VersionVerdict
) -> dict[str, str]:
    return {
        say("verdict"): say(verdict.value),
        say("judge"): f"{judge_words(verdict.judge)} ({verdict.version})",
        say("reason"): why_words(workspace, version, output, verdict),
    }


def _event(event: Event) -> str:
    """What a user did, what it counts as, and what they said."""
    counts = {"pass": say("praise"), "fail": say("complaint"), "unsure": say("says nothing")}
    parts = [counts.get(event.meaning or "", say("without a meaning")), event.person]
    facts = {"signal": say(event.signal), "counts": listed(filter(None, parts))}
    head = say("Users: {signal} “{value}” ({counts})", event, **facts)
    return f"{head}, {clock(event.at)}{f' — {event.reason}' if event.reason else ''}"
