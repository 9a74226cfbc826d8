"""A draft of a prompt is tried on graded outputs: results as they come, then what it mends and breaks."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from labelcore.llm.spending import purse_of
from labelcore.messages import money_words, say, sentence
from labelcore.messages.catalogue import counted
from labelcore.messages.telling import clauses
from labelcore.messages.verdicts import decision_words
from labelcore.models import Decision, JudgeVersion
from labelcore.stages.judging.running.live_run import span_words
from labelcore.stages.refining.drafts import Draft, lint_draft, try_draft
from labelcore.stages.refining.examples import example_of
from labelcore.stages.refining.ongoing import OngoingTrial
from labelcore.stages.refining.trials import Attempt, Trial, What
from labelcore.stages.refining.trying import USUAL, Order
from labelcore.stats.changes import Change
from labelcore.stats.rate import Rate
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.judging import examples, under_way, versions
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.judging.under_way import VersionWork
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

NOW, _HERE = "prompt-try-now", "prompt-try"
_PAGE = 3
_FIRST = 0.6  # seconds in which the first answers may come before the page is drawn
_MOST = 500
Pair = tuple[JudgeVersion, JudgeVersion]
"""The present version and the one that is tried, for the words of their reasons."""


@dataclass(kw_only=True)
class DraftTrial(VersionWork[OngoingTrial, Trial]):
    """A trial of a draft, under way or over."""

    draft: Draft


def offer_button(key: str, *, stopped: bool) -> None:
    """The button; what it does is done when the page runs next, before it is drawn."""
    st.button(say("Try it"), key=key, type="primary", disabled=stopped)


def pressed() -> bool:
    """Whether one of the buttons was pressed just now."""
    return any(st.session_state.get(key, False) for key in (NOW, _HERE))


def start(workspace: Workspace, written: WrittenDraft, limit: int | None = None) -> None:
    """Begin a trial of what is written, on as many outputs as the field says, unless one is under way."""
    limit = limit or int(st.session_state.get(keys.PROMPT_OUTPUTS, USUAL))
    ongoing, most = OngoingTrial(), under_way.limit_of(workspace, keys.PROMPT_COST)
    order = Order(limit, watched=ongoing, purse=purse_of(most))
    trial = DraftTrial(version_id=written.version.id, ongoing=ongoing, draft=written.draft)

    def work() -> Trial:
        return try_draft(workspace, written.version, written.draft, order)

    under_way.begin(keys.PROMPT_TRIED, trial, work, say("The trial"))
    if trial.over:
        trial.over.wait(_FIRST)


def show(workspace: Workspace, written: WrittenDraft) -> None:
    """What came of the last trial of this judge, with a way to try what is written now, and to keep it."""
    trial: DraftTrial | None = st.session_state.get(keys.PROMPT_TRIED)
    if trial is None or trial.version_id != written.version.id:
        _offer(workspace, written)
        return
    if place := under_way.place_of(workspace, keys.PROMPT_TRIED, words_of, show_results):
        with place:
            _show_over(workspace, written, trial)


def _show_over(workspace: Workspace, written: WrittenDraft, draft_trial: DraftTrial) -> None:
    if draft_trial.draft != written.draft:
        st.info(say("The prompt was changed since it was tried: these figures are of the words before."))
        _offer(workspace, written)
    trial, is_same = draft_trial.found, draft_trial.draft == written.draft
    if trial is None:
        return
    show_answer(trial)
    if not trial.attempts:  # nothing is known of it: it can be tried again, not kept
        if is_same:
            _offer(workspace, written)
        return
    if is_same:
        versions.offer_to_keep(workspace, versions.keep_written(workspace, written))
    show_figures(trial)
    show_lists(workspace, trial, (written.version, written.version), written)
    if is_same:
        _offer_more(workspace, written, trial)


def _offer(workspace: Workspace, written: WrittenDraft) -> None:
    """What a trial asks, and a button; what stops it is said in its place."""
    if not written.changed:
        st.write(say("Nothing is changed yet: write first, then try it here."))
        return
    findings = [finding for finding in lint_draft(workspace, written.version, written.draft) if finding.stops]
    for finding in findings:
        st.error(plain(sentence(finding.says)))
    words = say(
        "It is tried on graded outputs of train and dev: first those that the present version gets "
        "wrong, then some of the others at random. Answers it has already given cost nothing."
    )
    st.write(words)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(say("Outputs at most"), 1, _MOST, USUAL, 10, key=keys.PROMPT_OUTPUTS, width=160)
        under_way.ask_limit(workspace, keys.PROMPT_COST)
        offer_button(_HERE, stopped=bool(findings))


def _offer_more(workspace: Workspace, written: WrittenDraft, trial: Trial) -> None:
    if trial.left.n and len(trial.attempts) < _MOST:
        words = counted(
            "Try it on one more graded output", "Try it on {n} more graded outputs", n=trial.left.n
        )
        if st.button(words, key="prompt-try-more"):
            start(workspace, written, len(trial.attempts) + trial.left.n)
            shell.again()


def words_of(ongoing: OngoingTrial) -> str:
    """How many are decided, and how long the rest will take."""
    if not ongoing.total:
        return say("The present version decides what it has not decided yet")
    words = say("{done:,} of {total:,} decided", ongoing)
    if ongoing.seconds_left:
        words = say("{words}, about {span} left", words=words, span=span_words(ongoing.seconds_left))
    return words


def show_results(ongoing: OngoingTrial) -> None:
    """The last few that came."""
    for result in list(ongoing.found.values())[-_PAGE:]:
        if isinstance(result, Decision):
            st.text(say("{name}: {told}", name=say(result.value), told=result.reason))
        else:
            st.text(say("no decision: {why}", why=str(result)))


def show_answer(trial: Trial) -> None:
    """Better, worse, or what would tell; and what is wrong with asking so often."""
    st.markdown(f"##### {plain(sentence(trial.says))}")
    if trial.attempts:
        for line in change_words(trial.change):
            st.write(plain(line))
    if trial.looks.says:
        st.write(plain(sentence(trial.looks.says)))
    under_way.show_troubles(trial)


def show_figures(trial: Trial) -> None:
    """Both versions' rates with their intervals, and what the trial took."""
    change = trial.change
    charts.intervals(
        say("Both versions on the same {n} outputs, 95% intervals", n=len(trial.attempts)),
        [say("bad outputs found"), say("good outputs passed")],
        {
            say("present version"): [change.present.tnr, change.present.tpr],
            say("version tried"): [change.new.tnr, change.new.tpr],
        },
        key="prompt-change",
    )
    if trial.requests:
        values = {"money": money_words(trial.cost_usd), "requests": trial.requests}
        shell.aside(say("This trial took {requests:,} requests: {money}.", **values))


def change_words(change: Change) -> list[str]:
    """What the change does, of 100 outputs of each grade."""
    failed = change.tpr.model_copy(update=_turned(change.tpr))
    abstains = sentence(change.abstains)
    return [
        say("Bad outputs found, of every 100: {change}.", change=_words(change.tnr)),
        say("Good outputs wrongly failed, of every 100: {change}.", change=_words(failed)),
        *([abstains] if abstains else []),
    ]


def _turned(rate: Rate) -> dict[str, float | None]:
    def minus(value: float | None) -> float | None:
        return None if value is None else -value

    return {"value": minus(rate.value), "low": minus(rate.high), "high": minus(rate.low)}


def _words(rate: Rate) -> str:
    if rate.value is None:
        return say("not measurable: {why}", why=say(rate.why_not or ""))
    words = _more(rate.value)
    if rate.low is None or rate.high is None:
        return say("{words} (n = {n}; {why})", words=words, n=rate.n, why=say(rate.why_not or ""))
    values = {"low": _more(rate.low), "high": _more(rate.high), "n": rate.n}
    return say("{words} (95%: {low} to {high}, n = {n})", words=words, **values)


def _more(share: float) -> str:
    points = round(100 * share)
    if not points:
        return say("as many")
    return say("{n} more", n=points) if points > 0 else say("{n} fewer", n=-points)


def show_lists(workspace: Workspace, trial: Trial, judges: Pair, written: WrittenDraft | None = None) -> None:
    """What was mended or broken, what is still wrong or right, one list at a time."""
    names: dict[What, str] = {
        "mended": say("Mended ({n})", n=len(trial.of("mended"))),
        "broken": say("Broken ({n})", n=len(trial.of("broken"))),
        "still wrong": say("Still wrong ({n})", n=len(trial.of("still wrong"))),
        "still right": say("Still right ({n})", n=len(trial.of("still right"))),
    }
    first: What = next((outcome for outcome in names if trial.of(outcome)), "mended")
    outcome: What | None = shell.choose(
        say("Outputs"), names, st.segmented_control, default=first, key="prompt-list"
    )
    attempts = trial.of(outcome or first)
    if not attempts:
        st.write(say("None."))
    for attempt in shell.page_of(attempts, _PAGE, f"prompt-{outcome}") if attempts else ():
        with st.container(border=True):
            _show_attempt(workspace, attempt, judges, written)


def _show_attempt(workspace: Workspace, attempt: Attempt, judges: Pair, written: WrittenDraft | None) -> None:
    """The output, what people say, and both reasons side by side."""
    if not (output := output_table.get(workspace.db, attempt.output_id, workspace.project.id)):
        return
    show_output(output, height=120)
    people = say("People passed it") if attempt.human_pass else say("People failed it")
    note = clauses(attempt.notes)
    st.text(say("{people}: {note}", people=people, note=note) if note else people)
    before, after = (
        decision_words(judge, output, decision)
        for judge, decision in zip(judges, (attempt.present, attempt.new), strict=True)
    )
    for place, words in zip(
        st.columns(2),
        (say("Present version: {told}", told=before), say("Tried: {told}", told=after)),
        strict=True,
    ):
        place.text(words)
    if written is None or attempt.what in {"mended", "still right"} or attempt.split != "train":
        return
    example = example_of(workspace, written.version, attempt.output_id)
    key = f"example-{attempt.output_id}"
    if example and st.button(say("Show it as an example"), key=key, type="tertiary"):
        examples.add(written, example)
