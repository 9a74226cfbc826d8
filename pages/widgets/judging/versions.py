"""The versions of the open judge: kept with a reason, compared word by word, and put in use again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import rate_words, say, sentence
from labelcore.messages.lines.refining.comparing import kept_words
from labelcore.messages.lines.refining.prompts import why_words
from labelcore.messages.lines.refining.settings import setting_words
from labelcore.models import JudgeVersion
from labelcore.stages import judging
from labelcore.stages.refining.history import PromptDiff, VersionRow, history, revert
from labelcore.stages.refining.keeping import KeptVersion, keep
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import drafting, running
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.shell import plain
from pages.widgets.tables import marked

_AT_ONCE = 4
_AROUND = 60
"""Characters that are shown before and after a change."""


def offer_to_keep(workspace: Workspace, make: Callable[[str], KeptVersion]) -> None:
    """A reason, and a button that makes what was tried the version in use."""
    if not workspace.person:
        shell.ask_name()
        return
    with st.form("prompt-keep", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        why = st.text_input(say("Why (for the history)"), max_chars=300, key="prompt-why")
        pressed = st.form_submit_button(say("Keep it"), type="primary", key="prompt-keep-now")
    if pressed and not why.strip():
        st.warning(say("Say why first, in a few words."))
    elif pressed:
        with shell.guard():
            kept = make(why)
        tell(workspace, kept)


def keep_written(workspace: Workspace, written: WrittenDraft) -> Callable[[str], KeptVersion]:
    """What keeps a draft of a prompt, for a reason."""
    spec = written.draft.spec(written.version)
    return lambda why: keep(workspace, written.version, spec, why=why)


def tell(workspace: Workspace, kept: KeptVersion, more: Iterable[str] = ()) -> None:
    """The page begins anew with the version that is in use now, and says what was kept."""
    version = judging.find_judge(workspace, kept.judge_id)
    has_prompts = bool(kind_of(version).prompts)
    if has_prompts and kept.in_use:
        drafting.forget(workspace, version)
    words = say("Version {n} is in use.", n=kept.version) if kept.in_use else kept_words(kept)
    st.session_state[keys.PROMPT_KEPT] = [words, *more, *(sentence(warning) for warning in kept.warnings)]
    st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
    view = "prompt-versions" if has_prompts else "how"
    st.query_params.update({keys.JUDGE: version.id, keys.JUDGE_VIEW: view})
    st.rerun()


def show(workspace: Workspace, written: WrittenDraft) -> None:
    """What was kept just now, and every version."""
    show_kept()
    running.watch(workspace)
    show_all(workspace, written.version)


def show_kept() -> None:
    """What was kept just now, once."""
    for words in st.session_state.pop(keys.PROMPT_KEPT, ()):
        st.success(plain(words))


def show_all(workspace: Workspace, version: JudgeVersion) -> None:
    """Every version, the newest first, with its figures on the same outputs."""
    report = history(workspace, version)
    if len(report.versions) > 1:
        words = say("Figures on the {n} graded outputs that the measured versions have all decided.", report)
        shell.aside(words)
    for row in shell.page_of(report.versions[::-1], _AT_ONCE, "prompt-versions"):
        with st.container(border=True):
            _show_version(workspace, version, row)


def _show_version(workspace: Workspace, judge: JudgeVersion, row: VersionRow) -> None:
    values = {"n": row.version, "when": clock(row.at), "who": row.author or "labelcore"}
    why = why_words(row.why) or (say("no reason given") if row.author else say("as it was proposed"))
    head = say("Version {n}, {when}, {who}: {why}", **values, why=why)
    badge = f" :green-badge[{say('in use')}]" if row.in_use else ""
    st.markdown(f"**{plain(head)}**{badge}")
    for use in row.uses:
        use_of = {
            "when": clock(use.at),
            "who": use.author,
            "why": why_words(use.why) or say("no reason given"),
        }
        shell.aside(say("Put in use again {when}, {who}: {why}", **use_of))
    if row.tnr.value is None and row.tpr.value is None:
        shell.aside(say("not measurable: {why}", why=say(row.tnr.why_not or "")))
        _offer_to_run(workspace, row)
    else:
        words = say(
            "Finds {catches} of the bad outputs; passes {passes} of the good ones.",
            catches=rate_words(row.tnr),
            passes=rate_words(row.tpr),
        )
        st.write(plain(words))
    if row.changed:
        _show_difference(row.changed)
    if not row.in_use and st.button(say("Use version {n}", n=row.version), key=f"revert-{row.version}"):
        with shell.guard():
            kept = revert(workspace, judge, row.version)
        tell(workspace, kept)


def _offer_to_run(workspace: Workspace, row: VersionRow) -> None:
    """What was answered in a trial is not asked again: what is left to ask stands beside."""
    if not row.in_use:
        return
    order = judging.RunOrder(judge=row.judge_version_id, graded=True)
    ready = running.show_cost(lambda: judging.estimate_run(workspace, order=order))
    words = say("Let it decide the graded outputs")
    pressed = st.button(words, key=f"run-{row.version}", type="primary", disabled=not ready)
    if pressed and running.start(workspace, order):
        st.rerun()  # the whole page: the run is watched where all judges are


def _show_difference(changed: PromptDiff) -> None:
    if changed.parts or changed.settings:
        shell.aside(say("What it changed of version {n}:", n=changed.before))
    for part in changed.parts:
        name = (
            say("{part} of prompt {n}", part=say(part.part), n=part.member) if part.member else say(part.part)
        )
        words = "".join(marked(piece, _AROUND) for piece in part.pieces)
        st.markdown(say("{name}: {told}", name=name, told=words))
    for setting in changed.settings:
        st.write(plain(setting_words(setting.name, setting.before, setting.after)))
