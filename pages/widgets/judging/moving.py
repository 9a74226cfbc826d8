"""The open judge moved to another model: both decide the same outputs, then switch, stay or keep both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import say, sentence, trouble_words
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.judging import estimate_words
from labelcore.messages.lines.refining.comparing import (
    advice_words,
    flips_words,
    move_figures,
    unsettled_words,
)
from labelcore.messages.verdicts import decision_words
from labelcore.models import JudgeVersion
from labelcore.stages.refining.keeping import keep
from labelcore.stages.refining.migrating import USUAL, MoveOptions, ask_first, compare_models, estimate_move
from labelcore.stages.refining.migration import Flip, Migration, ModelSide
from labelcore.stages.refining.ongoing import OngoingTrial
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.judging import crossing, trying, under_way, versions
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.judging.under_way import VersionWork
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_PAGE = 3
_MOST = 5_000


@dataclass(kw_only=True)
class Move(VersionWork[OngoingTrial, Migration]):
    """Both models on the same outputs, under way or over; ``to``: the model, as MODEL or MODEL@ENDPOINT;
    ``asked``: what is to be graded first was put on the Grade page.
    """

    to: str
    moving: MoveOptions
    asked: bool = False


def show(workspace: Workspace, written: WrittenDraft) -> None:
    """What came of the last comparison of this judge with another model, and what can be done; else one."""
    move: Move | None = st.session_state.get(keys.JUDGE_MOVED)
    if move is None or move.version_id != written.version.id:
        _offer(workspace, written)
        return
    if place := under_way.place_of(workspace, keys.JUDGE_MOVED, _words_of, trying.show_results):
        with place:
            _show_over(workspace, written, move)


def _show_over(workspace: Workspace, written: WrittenDraft, move: Move) -> None:
    found = move.found
    if found is None or not found.n:  # nothing is known of the new model: it can be asked again
        if found:
            under_way.show_troubles(found)
        _offer(workspace, written)
        return
    _show_answer(found)
    _decide(workspace, written.version, move, found)
    _show_flips(workspace, found)
    _show_figures(found)


def start(workspace: Workspace, version: JudgeVersion, to: str, moving: MoveOptions) -> None:
    """Begin, unless a comparison of this visitor's is under way."""
    ongoing = OngoingTrial()
    move = Move(version_id=version.id, ongoing=ongoing, to=to, moving=moving)
    under_way.begin(
        keys.JUDGE_MOVED,
        move,
        lambda: compare_models(workspace, version, to, moving, ongoing),
        say("The comparison"),
    )
    shell.again()


def _offer(workspace: Workspace, written: WrittenDraft) -> None:
    """Which model, how many outputs, what it takes, and a button."""
    st.write(
        say(
            "The other model decides the same outputs as the present one, graded ones first; the sealed "
            "test stays out. Where it loses, other examples and wordings are tried as well. Nothing changes "
            "until you switch."
        )
    )
    if written.changed:
        shell.aside(say("It starts from the version in use, not from what you are writing."))
    known = crossing.models_of(written)[1:]
    if not known:
        _say_how_to_add()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        to = st.selectbox(
            say("Move to"),
            known,
            index=0 if known else None,
            accept_new_options=True,
            placeholder=say("choose or write MODEL or MODEL@ENDPOINT"),
            key="move-to",
            width=320,
        )
        limit = int(st.number_input(say("Outputs at most"), 1, _MOST, USUAL, key="move-limit", width=180))
        most = under_way.ask_limit(workspace, "move-cost")
    ready = bool(to) and _estimate(workspace, written.version, str(to), limit)
    if st.button(say("Compare the models"), key="move-now", type="primary", disabled=not ready):
        start(workspace, written.version, str(to), MoveOptions(limit=limit, max_cost=most))


def _say_how_to_add() -> None:
    st.write(
        say(
            "No other model is known yet. Add one under Models, or write the name of another that the "
            "judge's endpoint serves."
        )
    )
    if st.button(say("Models"), key="move-models", icon=":material/add:"):
        st.query_params[keys.JUDGE_VIEW] = "models"
        st.rerun()


def _estimate(workspace: Workspace, version: JudgeVersion, to: str, limit: int) -> bool:
    """What it takes, worked out anew once something has changed; whether it can begin."""
    now, kept = (version.id, to, limit), st.session_state.get(keys.MOVE_ESTIMATE)
    if kept is None or kept[0] != now:
        try:
            kept = now, estimate_words(estimate_move(workspace, version, to, limit)), True
        except LabelcoreError as trouble:
            kept = now, trouble_words(trouble, on_page=True), False
        st.session_state[keys.MOVE_ESTIMATE] = kept
    _, words, ready = kept
    shell.aside(words)
    return bool(ready)


def _words_of(ongoing: OngoingTrial) -> str:
    if ongoing.step == "repair":
        return say("Other examples and wordings are tried …")
    words = trying.words_of(ongoing)
    return words if ongoing.step == "new" else f"{say('The version in use decides first …')} {words}"


def _show_answer(found: Migration) -> None:
    """What to do, what is lost of a hundred, how many flip, and what went wrong."""
    st.markdown(f"##### {plain(advice_words(found))}")
    _list([*map(sentence, found.loss), flips_words(found)])
    under_way.show_troubles(found)


def _decide(workspace: Workspace, version: JudgeVersion, move: Move, found: Migration) -> None:
    """Switch, stay, keep both; the advised one first in sight. What to grade first, where that is advised."""
    if found.advice == "grade first":
        _offer_to_grade(workspace, version, move, found)
    if found.repair:
        st.write(plain(sentence(found.repair.says)))
    if not workspace.person:
        shell.ask_name()
        return
    told = {"new": _model(found.new), "present": _model(found.present)}
    with st.container(horizontal=True):
        switch = _button(say("Switch to {new}", **told), "switch", found)
        stay = _button(say("Stay with {present}", **told), "stay", found)
        both = _button(say("Keep both"), "both", found)
        mends = found.repair if found.repair and found.repair.mends else None
        mended = mends if mends and _button(say("Switch to {new}, mended", **told), "mended", found) else None
    if switch or both or mended:
        with shell.guard():
            spec, why = found.moved.spec, say("moved to {to}", to=move.to)
            if mended:
                spec, why = mended.version.spec, say(mended.why(move.to))
            kept = keep(workspace, version, spec, why=why, use=not both)
        del st.session_state[keys.JUDGE_MOVED]
        versions.tell(workspace, kept)
    elif stay:
        del st.session_state[keys.JUDGE_MOVED]
        shell.again()


def _button(words: str, what: str, found: Migration) -> bool:
    return st.button(words, key=f"move-{what}", type="primary" if found.advice == what else "secondary")


def _offer_to_grade(workspace: Workspace, version: JudgeVersion, move: Move, found: Migration) -> None:
    """The smallest set that is expected to settle it, put first on the Grade page."""
    if not found.settles:
        st.write(unsettled_words())
    elif move.asked:
        st.success(say("They stand first on the Grade page. Once they are graded, compare again."))
        with st.container(horizontal=True, vertical_alignment="center"):
            shell.go("3_grading.py", "Grade")
            if st.button(say("Compare again"), key="move-again"):
                start(workspace, version, move.to, move.moving)
    else:
        st.write(say("A few more grades are expected to settle it."))
        words = counted(
            "Put one output first on the Grade page",
            "Put {n:,} outputs first on the Grade page",
            n=len(found.picks),
        )
        if st.button(words, key="move-ask", type="primary"):
            with shell.guard():
                ask_first(workspace, found)
            move.asked = True
            shell.again()


def _show_figures(found: Migration) -> None:
    """Both models' rates with their intervals, then in words, with costs and times."""
    both = found.change
    charts.intervals(
        say("Both models on the same {n} outputs, 95% intervals", n=found.n),
        [say("bad outputs found"), say("good outputs passed")],
        {
            words: [rates.tnr, rates.tpr]
            for words, rates in zip(_names(found), (both.present, both.new), strict=True)
        },
        key="move-change",
    )
    _list([*move_figures(found), *filter(None, [sentence(found.looks.says)])])
    told = {"cost": found.cost_usd, "requests": found.requests}
    shell.aside(say("This comparison took {requests:,} requests and cost US$ {cost:,.4f}.", **told))


def _names(found: Migration) -> tuple[str, str]:
    return say("Now: {model}", model=_model(found.present)), say("New: {model}", model=_model(found.new))


def _model(side: ModelSide) -> str:
    """The same model may be asked at two endpoints."""
    return " · ".join(filter(None, (side.model, side.endpoint)))


def _list(lines: Iterable[str]) -> None:
    st.markdown("\n".join(f"- {plain(line.strip())}" for line in lines))


def _show_flips(workspace: Workspace, found: Migration) -> None:
    """One click shows the outputs on which the models differ, the graded ones first."""
    if not found.flips or not st.toggle(say("Show the outputs that flip"), key="move-flips"):
        return
    for flip in shell.page_of(found.flips, _PAGE, "move-flipped"):
        with st.container(border=True):
            _show_flip(workspace, found, flip)


def _show_flip(workspace: Workspace, found: Migration, flip: Flip) -> None:
    """The output, what people say, and both reasons side by side."""
    if not (output := output_table.get(workspace.db, flip.output_id, workspace.project.id)):
        return
    show_output(output, height=120)
    people = {
        True: say("People passed it"),
        False: say("People failed it"),
        None: say("Nobody has graded it."),
    }
    st.text(people[flip.human_pass])
    for place, name, decision in zip(st.columns(2), _names(found), (flip.present, flip.new), strict=True):
        place.text(say("{name}: {told}", name=name, told=decision_words(found.moved, output, decision)))
