"""The editor of the open judge's prompt: its words with slots, what a model sees of them, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.judges.prompt_lint import PromptFinding
from labelcore.judges.templates import SLOTS
from labelcore.messages import say, sentence
from labelcore.messages.catalogue import counted, judge_words
from labelcore.settings import DEFAULT, settings
from labelcore.stages import judging
from labelcore.stages.aligning.side_by_side import JudgeRow
from labelcore.stages.refining.drafts import Draft, DraftReport, lint_draft, read_draft
from labelcore.stages.refining.examples import example_of
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import components, keys, shell
from pages.widgets.judging import (
    crossing,
    deciding,
    drafting,
    examples,
    models,
    moving,
    preview,
    suggesting,
    trying,
    versions,
)
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.shell import plain

_FIELDS = 6


def wanted() -> bool:
    """Whether the address asks for the editor, which takes the whole page."""
    return st.query_params.get(keys.JUDGE_VIEW, "") in VIEWS


@st.fragment
def show(workspace: Workspace, row: JudgeRow | None) -> None:
    """The part of the editor that the address asks for."""
    shell.speak_as(workspace)  # a fragment runs without its page
    with shell.guard():
        _show(workspace, row)


def _show(workspace: Workspace, row: JudgeRow | None) -> None:
    if st.button(say("Back to the judge"), icon=":material/arrow_back:", type="tertiary"):
        _leave()
    if row is None:
        st.write(say("Open a judge to see it here, with its errors."))
        return
    version = judging.find_judge(workspace, row.judge_version_id)
    head = say(
        "{criterion} · {judge}, version {n}",
        criterion=say(row.criterion),
        judge=judge_words(row.name),
        n=version.version,
    )
    st.markdown(f"#### {plain(head)}")
    if not deciding.has_prompt(version):
        deciding.show_ways(workspace, version)
        return
    written, is_asked = drafting.current(workspace, version)
    if is_asked or trying.pressed():
        _try_now(workspace, written)
    view = st.query_params[keys.JUDGE_VIEW]
    with st.container():  # always there: what moves up or down under the hands of who writes loses the focus
        _tell_draft(written)
    if written.draft.member:
        _choose_member(written)
    _choose(written, view)
    VIEWS[view](workspace, written)


def _tell_draft(written: WrittenDraft) -> None:
    if written.changed:
        words = say(
            "Draft based on version {n}, not yet saved as a version; reloading the page keeps it.",
            n=written.begun,
        )
        shell.aside(words)


def _choose_member(written: WrittenDraft) -> None:
    """Of a panel whose prompt is open; another one opens once nothing is being written."""
    prompts = kind_of(written.version).prompts

    def words(number: int) -> str:
        spec = prompts[number - 1].spec
        stress = models.stress_words(spec.variant) if spec.variant not in {"", "plain"} else ""
        subject = spec.question or stress or spec.model
        return say("Prompt {n} of {many}: {words}", n=number, many=len(prompts), words=subject)

    numbers, member = range(1, len(prompts) + 1), written.draft.member
    chosen = st.selectbox(
        say("A panel: whose prompt"),
        numbers,
        index=member - 1,
        format_func=words,
        disabled=written.changed,
        help=say("Keep what you write, or put it back, to open another one.") if written.changed else None,
        key=f"prompt-member-{written.version.id}-{member}",
    )
    if chosen != member:
        st.query_params[keys.PROMPT_MEMBER] = str(chosen)
        shell.again()


def _try_now(workspace: Workspace, written: WrittenDraft) -> None:
    """What the keyboard or a button asks for; it begins before anything of the page is drawn."""
    st.query_params[keys.JUDGE_VIEW] = "prompt-try"
    if written.changed and not any(
        finding.stops for finding in lint_draft(workspace, written.version, written.draft)
    ):
        trying.start(workspace, written)


def _leave() -> None:
    st.query_params[keys.JUDGE_VIEW] = "errors"
    st.rerun()


def _choose(written: WrittenDraft, view: str) -> None:
    names = {
        "prompt": say("Write"),
        "prompt-examples": say("Examples ({n})", n=len(written.draft.examples)),
        "prompt-try": say("Try"),
        "prompt-versions": say("Versions"),
        "prompt-suggest": say("What would improve it?"),
        "prompt-matrix": say("Many at once"),
        "prompt-move": say("Another model"),
    }
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for number, (name, words) in enumerate(names.items(), 1):
            is_open, key = name == view, f"editor-{name}"
            if st.button(
                words, key=key, type="primary" if is_open else "secondary", shortcut=f"alt+{number}"
            ):
                open_view(name)


def open_view(view: str) -> None:
    """Another part of the editor."""
    st.query_params[keys.JUDGE_VIEW] = view
    shell.again()


def _write(workspace: Workspace, written: WrittenDraft) -> None:
    """The words on the left, what is asked of a real output on the right."""
    left, right = st.columns(2)
    with right:
        output = preview.pick_output(workspace, written.version)
    report = read_draft(workspace, written.version, written.draft, output) if output else None
    with left:
        _offer_example(workspace, written)
        components.prompt_editor(_words(), written.text, _slots(workspace), key=keys.PROMPT_EDITOR)
        show_findings(report.findings if report else ())
        _ask_whom(written)
        _offer_to_go_on(written, report)
    with right:
        _preview(report)


def _offer_to_go_on(written: WrittenDraft, report: DraftReport | None) -> None:
    if not written.changed:
        return
    stopped = any(finding.stops for finding in report.findings) if report else True
    with st.container(horizontal=True):
        trying.offer_button(trying.NOW, stopped=stopped)
        if st.button(say("Put back as it was"), key="prompt-back"):
            drafting.put(written.version, Draft.of(written.version, written.draft.member))
            shell.again()


def show_findings(findings: tuple[PromptFinding, ...]) -> None:
    """What is wrong, what stops it first."""
    for finding in findings:
        colour, icon = ("red", "error") if finding.stops else ("orange", "warning")
        st.markdown(f":{colour}[:material/{icon}:] {plain(sentence(finding.says))}")


def _preview(report: DraftReport | None) -> None:
    if report is None:
        st.write(say("There is no graded output yet to show the prompt with."))
        return
    preview.show_messages(report.size, report.rendered)


def _words() -> dict[str, str]:
    return {
        "system": say("System: what it is told first"),
        "user": say("User: what it is asked of each output"),
        "slots": say("Slots"),
        "insert": say("Write {name} at the cursor"),
        "find": say("Find {name} in the prompt"),
        "hint": say("Ctrl + Enter tries it."),
    }


def _slots(workspace: Workspace) -> dict[str, str]:
    fields = output_table.metadata_keys(workspace.db, workspace.project.id)[:_FIELDS]
    return {name: say(name) for name in SLOTS} | {f"metadata.{field}": field for field in fields}


def _offer_example(workspace: Workspace, written: WrittenDraft) -> None:
    """The output on which the judge was ruled wrong, as an example where it may be one."""
    output_id = st.query_params.get(keys.PROMPT_OUTPUT, "")
    if not output_id or any(example.output_id == output_id for example in written.draft.examples):
        return
    with st.container(border=True):
        new = example_of(workspace, written.version, output_id)
        if new is None:
            st.write(say("This output is not in train, so it can be no example: change the words."))
        else:
            st.write(say("You ruled that the judge is wrong on the output in the preview."))
            if st.button(say("Show it as an example"), key="prompt-offer"):
                examples.add(written, new)


def _ask_whom(written: WrittenDraft) -> None:
    draft = written.draft
    shown = counted("one example of each grade", "{n} examples of each grade", n=draft.shown)
    with st.expander(say("Asks {model}, shows {examples}", model=plain(draft.model), examples=shown)):
        endpoint = _choose_endpoint(written)
        most = max(1, len(draft.examples))
        number = st.number_input(
            say("Examples of each grade"),
            0,
            most,
            min(draft.shown, most),
            key=f"prompt-shown-{written.epoch}",
        )
        probability = st.checkbox(
            say("Ask for the probability of a pass too (one more call each)"),
            draft.probability,
            key=f"prompt-probability-{written.epoch}",
        )
    changes = {**endpoint, "shown": int(number), "probability": probability}
    if any(getattr(draft, name) != value for name, value in changes.items()):
        drafting.keep(replace(written, draft=draft.model_copy(update=changes)))
        shell.again()


def _choose_endpoint(written: WrittenDraft) -> dict[str, str]:
    """Whom it asks: a configured endpoint, or the one that the judge is bound to."""
    names = ("model", "endpoint", "address")
    before = Draft.of(written.version, written.draft.member)
    default = {name: getattr(before, name) for name in names}
    options = {" · ".join(filter(None, (before.model, before.endpoint))): default}
    for name, endpoint in settings().all_endpoints.items():
        words = " · ".join(filter(None, (endpoint.model, name if name != DEFAULT else "")))
        fields = (endpoint.model, name if name != DEFAULT else "", endpoint.address)
        options.setdefault(words, dict(zip(names, fields, strict=True)))
    chosen = {name: getattr(written.draft, name) for name in names}
    at = next((at for at, fields in enumerate(options.values()) if fields == chosen), 0)
    key = f"prompt-model-{written.epoch}"
    return options[st.selectbox(say("Model"), list(options), index=at, key=key)]


VIEWS: dict[str, Callable[[Workspace, WrittenDraft], None]] = {
    "prompt": _write,
    "prompt-examples": examples.show,
    "prompt-try": trying.show,
    "prompt-versions": versions.show,
    "prompt-suggest": suggesting.show,
    "prompt-matrix": crossing.show,
    "prompt-move": moving.show,
}
