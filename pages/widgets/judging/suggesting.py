"""What would improve the open judge: a search with its progress and cost, then one short card each."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from labelcore.llm.spending import purse_of
from labelcore.messages import money_words, say, sentence
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.refining.comparing import change_words, held_out, question_words, state_words
from labelcore.messages.lines.refining.prompts import kind_words
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.suggesting import search
from labelcore.stages.refining.suggestions import ChangeSuggestion, Suggestions, accept, reject
from labelcore.stages.refining.trying import USUAL, Order
from labelcore.text.showing import shortened
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import under_way, versions
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.judging.under_way import VersionWork
from pages.widgets.outputs import show_outputs
from pages.widgets.shell import plain

_PAGE = 3
_LINES = 8
_LONGEST = 240


@dataclass(kw_only=True)
class SuggestionSearch(VersionWork[Ongoing, Suggestions]):
    """A search of this visitor's, under way or over; ``decided``: suggestions that were rejected here."""

    decided: set[str] = field(default_factory=set)


def show(workspace: Workspace, written: WrittenDraft) -> None:
    """The last search of this judge with its suggestions, and a way to search."""
    last_search: SuggestionSearch | None = st.session_state.get(keys.PROMPT_SUGGESTED)
    if last_search is None or last_search.version_id != written.version.id:
        _offer(workspace, written)
        return
    if place := under_way.place_of(workspace, keys.PROMPT_SUGGESTED, _words_of):
        with place:
            if last_search.found:
                _show_found(workspace, written, last_search, last_search.found)
            _offer(workspace, written, again=True)


def start(workspace: Workspace, written: WrittenDraft, most: float | None) -> None:
    """Begin a search, unless one of this visitor's is under way."""
    work = SuggestionSearch(version_id=written.version.id, ongoing=Ongoing())
    order = Order(purse=purse_of(most), watched=work.ongoing)
    under_way.begin(
        keys.PROMPT_SUGGESTED,
        work,
        lambda: search(workspace, written.version, order, written.draft.member),
        say("The search"),
    )


def _offer(workspace: Workspace, written: WrittenDraft, *, again: bool = False) -> None:
    if not again:
        words = say(
            "Changes are made from its errors on train: what experts noted, examples, another "
            "threshold or emphasis, and what a model proposes after seeing the errors. Each is "
            "tried on up to {n} graded outputs of train; the best three are measured on dev. "
            "Nothing is kept unless you accept it.",
            n=USUAL,
        )
        st.write(words)
    if written.changed:
        shell.aside(say("It starts from the version in use, not from what you are writing."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = under_way.ask_limit(workspace, "suggest-cost")
        words = say("Search again") if again else say("Search for improvements")
        if st.button(words, key="suggest-now", type="secondary" if again else "primary"):
            start(workspace, written, most)
            shell.again()


def _words_of(ongoing: Ongoing) -> str:
    if not ongoing.step:
        return say("The version in use decides first …")
    return say("Trying {what}: {n:,} answers so far", what=kind_words(ongoing.step), n=ongoing.answers)


def _show_found(
    workspace: Workspace, written: WrittenDraft, last_search: SuggestionSearch, report: Suggestions
) -> None:
    """The answer, the cards, what was left; then what it cost."""
    st.markdown(f"##### {plain(sentence(report.says))}")
    if not report.open:
        under_way.show_troubles(report)
    if not workspace.person and report.offered:
        shell.ask_name()
    suggestions = [offer for offer in report.offered if offer.id not in last_search.decided]
    for place, suggestion in enumerate(
        shell.page_of(suggestions, _PAGE, "suggestions") if suggestions else ()
    ):
        with st.container(border=True):
            _show_card(workspace, written, suggestion, first=not place)
    if report.left:
        words = counted("One was tried and left", "{n} were tried and left", n=len(report.left))
        with st.expander(words):
            for suggestion in report.left:
                st.write(_left_words(suggestion))
    if looks := sentence(report.looks.says):
        shell.aside(looks)
    values = {"requests": report.requests, "money": money_words(report.cost_usd)}
    shell.aside(say("This search took {requests:,} requests: {money}.", **values))


def _left_words(suggestion: ChangeSuggestion) -> str:
    words = shortened(suggestion.candidate.words, _LONGEST)
    values = {"what": kind_words(suggestion.kind), "state": state_words(suggestion), "words": words}
    return plain(say("{what}, {state}: {words}", **values))


def _show_card(
    workspace: Workspace, written: WrittenDraft, suggestion: ChangeSuggestion, *, first: bool
) -> None:
    """What changes, what that mends and breaks, and both answers; keys answer the first card."""
    st.markdown(f"**{plain(kind_words(suggestion.kind).capitalize())}**")
    _show_words(suggestion)
    for question in suggestion.candidate.questions:
        shell.aside(question_words(question))
    if suggestion.why:
        shell.aside(say("Its reason: {why}", why=suggestion.why[:_LONGEST]))
    if suggestion.on_dev:
        values = {"n": suggestion.n, "mended": len(suggestion.mended), "broken": len(suggestion.broken)}
        words = say("On {n} outputs of dev it mends {mended} and breaks {broken}.", **values)
        change = say("Balanced accuracy: {change}.", change=change_words(suggestion.on_dev.balanced))
        st.write(plain(f"{words} {change}"))
    else:
        st.write(say("Not tried: nobody knows yet what it mends."))
    show_outputs(workspace, say("Mended"), suggestion.mended, f"mended-{suggestion.id}")
    show_outputs(workspace, say("Broken"), suggestion.broken, f"broken-{suggestion.id}")
    with st.container(horizontal=True):
        accepts = st.button(
            say("Accept"),
            key=f"accept-{suggestion.id}",
            type="primary",
            shortcut="alt+a" if first else None,
            disabled=not workspace.person,
        )
        rejects = st.button(
            say("Reject"),
            key=f"reject-{suggestion.id}",
            shortcut="alt+x" if first else None,
            disabled=not workspace.person,
        )
    if accepts:
        with shell.guard():
            accepted = accept(workspace, written.version, suggestion.id)
        versions.tell(workspace, accepted.kept, held_out(accepted))
    elif rejects:
        with shell.guard():
            reject(workspace, written.version, suggestion.id)
        st.session_state[keys.PROMPT_SUGGESTED].decided.add(suggestion.id)
        shell.again()


def _show_words(suggestion: ChangeSuggestion) -> None:
    """What it adds, line by line; of an example its beginning."""
    lines = [line.strip() for line in suggestion.candidate.words.splitlines() if line.strip()]
    for line in lines[:_LINES]:
        short = line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
        st.markdown(f":green[**＋**] {plain(short)}")
    if len(lines) > _LINES:
        shell.aside(say("and {n} more lines", n=len(lines) - _LINES))
