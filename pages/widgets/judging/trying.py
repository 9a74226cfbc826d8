"""A draft of a prompt is tried on graded outputs: results as they come, then what it mends and breaks."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from labelcore.llm.spending import Purse
from labelcore.messages import say, sentence
from labelcore.messages.catalogue import counted
from labelcore.models import Decision
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
from pages.widgets.judging.drafting import Written
from pages.widgets.judging.under_way import Work
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_PAGE = 3
_FIRST = 0.6  # seconds in which the first answers may come before the page is drawn
_MOST = 500


@dataclass(kw_only=True)
class Trying(Work[OngoingTrial, Trial]):
    """A trial of a draft, under way or over."""

    draft: Draft


def start(workspace: Workspace, written: Written, limit: int = USUAL) -> None:
    """Begin a trial of what is written, unless one of this visitor's is under way."""
    ongoing, most = OngoingTrial(), under_way.limit_of(workspace, keys.PROMPT_COST)
    order = Order(limit, watched=ongoing, purse=Purse(most) if most else None)
    trying = Trying(version_id=written.version.id, ongoing=ongoing, draft=written.draft)

    def work() -> Trial:
        return try_draft(workspace, written.version, written.draft, order)

    under_way.begin(keys.PROMPT_TRIED, trying, work, say("The trial"))
    if trying.over:
        trying.over.wait(_FIRST)


def show(workspace: Workspace, written: Written) -> None:
    """What came of the last trial of this judge, with a way to try what is written now, and to keep it."""
    trying: Trying | None = st.session_state.get(keys.PROMPT_TRIED)
    if trying is None or trying.version_id != written.version.id:
        _offer(workspace, written)
        return
    under_way.watch(workspace, keys.PROMPT_TRIED, _words_of, _show_results)
    if trying.running:
        return
    if trying.draft != written.draft:
        st.info(say("The prompt was changed since it was tried: these figures are of the words before."))
        _offer(workspace, written)
    trial, same = trying.found, trying.draft == written.draft
    if trial is None:
        return
    _show_answer(trial)
    if not trial.attempts:  # nothing is known of it: it can be tried again, not kept
        if same:
            _offer(workspace, written)
        return
    if same:
        versions.offer_to_keep(workspace, written)
    _show_figures(trial)
    show_lists(workspace, written, trial)
    if same:
        _offer_more(workspace, written, trial)


def _offer(workspace: Workspace, written: Written) -> None:
    """What a trial asks, and a button; what stops it is said in its place."""
    if not written.changed:
        st.write(say("Nothing is changed yet: write first, then try it here."))
        return
    stops = [finding for finding in lint_draft(workspace, written.version, written.draft) if finding.stops]
    for finding in stops:
        st.error(plain(sentence(finding.says)))
    words = say(
        "It is tried on up to {n} graded outputs of train and dev: first those that the "
        "present version gets wrong, then some of the others at random. Answers it has "
        "already given cost nothing.",
        n=USUAL,
    )
    st.write(words)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        under_way.ask_limit(workspace, keys.PROMPT_COST)
        if st.button(say("Try it"), key="prompt-try", type="primary", disabled=bool(stops)):
            start(workspace, written)
            shell.again()


def _offer_more(workspace: Workspace, written: Written, trial: Trial) -> None:
    if trial.left.n and len(trial.attempts) < _MOST:
        words = counted(
            "Try it on one more graded output", "Try it on {n} more graded outputs", n=trial.left.n
        )
        if st.button(words, key="prompt-try-more"):
            start(workspace, written, len(trial.attempts) + trial.left.n)
            shell.again()


def _words_of(ongoing: OngoingTrial) -> str:
    words = say("{done:,} of {total:,} decided", done=ongoing.done, total=ongoing.total)
    if ongoing.seconds_left:
        words = say("{words}, about {span} left", words=words, span=span_words(ongoing.seconds_left))
    return words


def _show_results(ongoing: OngoingTrial) -> None:
    for result in list(ongoing.found.values())[-_PAGE:]:
        if isinstance(result, Decision):
            st.text(f"{say(result.value)}: {result.reason}")
        else:
            st.text(say("no decision: {why}", why=str(result)))


def _show_answer(trial: Trial) -> None:
    """Better, worse, or what would tell; and what is wrong with asking so often."""
    st.markdown(f"##### {plain(sentence(trial.says))}")
    if trial.attempts:
        for line in change_words(trial.change):
            st.write(plain(line))
    if trial.looks.says:
        st.write(plain(sentence(trial.looks.says)))
    under_way.show_troubles(trial)


def _show_figures(trial: Trial) -> None:
    both = trial.change
    charts.intervals(
        say("Both versions on the same {n} outputs, 95 % intervals", n=len(trial.attempts)),
        [say("bad outputs found"), say("good outputs passed")],
        {
            say("present version"): [both.present.tnr, both.present.tpr],
            say("this draft"): [both.new.tnr, both.new.tpr],
        },
        key="prompt-change",
    )
    told = {"cost": trial.cost_usd, "requests": trial.requests}
    shell.aside(say("This trial took {requests:,} requests and cost US$ {cost:,.4f}.", **told))


def change_words(change: Change) -> list[str]:
    """What the change does, of 100 outputs of each grade."""
    lost = change.tpr.model_copy(update=_turned(change.tpr))
    abstains = sentence(change.abstains)
    return [
        say("Bad outputs found, of every 100: {change}.", change=_words(change.tnr)),
        say("Good outputs wrongly failed, of every 100: {change}.", change=_words(lost)),
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
    told = {"low": _more(rate.low), "high": _more(rate.high), "n": rate.n}
    return say("{words} (95 %: {low} to {high}, n = {n})", words=words, **told)


def _more(share: float) -> str:
    points = round(100 * share)
    if not points:
        return say("as many")
    return say("{n} more", n=points) if points > 0 else say("{n} fewer", n=-points)


def show_lists(workspace: Workspace, written: Written, trial: Trial) -> None:
    """What was mended, what was broken, what is still wrong, one list at a time."""
    names: dict[What, str] = {
        "mended": say("Mended ({n})", n=len(trial.of("mended"))),
        "broken": say("Broken ({n})", n=len(trial.of("broken"))),
        "still wrong": say("Still wrong ({n})", n=len(trial.of("still wrong"))),
    }
    first: What = next((what for what in names if trial.of(what)), "mended")
    what: What | None = st.segmented_control(
        say("Outputs"), list(names), default=first, format_func=names.__getitem__, key="prompt-list"
    )
    attempts = trial.of(what or first)
    if not attempts:
        st.write(say("None."))
    for attempt in shell.page_of(attempts, _PAGE, f"prompt-{what}") if attempts else ():
        with st.container(border=True):
            _show_attempt(workspace, written, attempt)


def _show_attempt(workspace: Workspace, written: Written, attempt: Attempt) -> None:
    """The output, what people say, and both reasons side by side."""
    if output := output_table.get(workspace.db, attempt.output_id, workspace.project.id):
        show_output(output, height=120)
    people = say("People passed it") if attempt.human_pass else say("People failed it")
    note = "; ".join(attempt.notes)
    st.text(say("{people}: {note}", people=people, note=note) if note else people)
    before, after = st.columns(2)
    before.text(
        say(
            "Present version: {value}. {reason}",
            value=say(attempt.present.value),
            reason=attempt.present.reason,
        )
    )
    after.text(say("This draft: {value}. {reason}", value=say(attempt.new.value), reason=attempt.new.reason))
    if attempt.what == "mended" or attempt.split != "train":
        return
    example = example_of(workspace, written.version, attempt.output_id)
    key = f"example-{attempt.output_id}"
    if example and st.button(say("Show it as an example"), key=key, type="tertiary"):
        examples.add(written, example)
