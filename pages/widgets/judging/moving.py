"""The open judge moved to another model: both decide the same outputs, then switch, stay or keep both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.messages import money_words, say, sentence, trouble_words
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
from pages.widgets import charts, keys, shell, working
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
    migration = move.found
    if migration is None or not migration.n:  # nothing is known of the new model: it can be asked again
        if migration:
            under_way.show_troubles(migration)
        _offer(workspace, written)
        return
    _show_answer(migration)
    _decide(workspace, written.version, move, migration)
    _show_flips(workspace, migration)
    _show_figures(migration)


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
    models = crossing.models_of(written)[1:]
    if not models:
        _say_how_to_add()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        to = st.selectbox(
            say("Move to"),
            models,
            index=0 if models else None,
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
    """What it takes; whether it can begin."""

    def estimated() -> tuple[str, bool]:
        try:
            return estimate_words(estimate_move(workspace, version, to, limit)), True
        except LabelcoreError as trouble:
            return trouble_words(trouble, on_page=True), False

    words, ready = working.worked_out(keys.MOVE_ESTIMATE, (version.id, to, limit), estimated)
    shell.aside(words)
    return ready


def _words_of(ongoing: OngoingTrial) -> str:
    if ongoing.step == "repair":
        return say("Other examples and wordings are tried …")
    words = trying.words_of(ongoing)
    return words if ongoing.step == "new" else f"{say('The version in use decides first …')} {words}"


def _show_answer(migration: Migration) -> None:
    """What to do, what is lost of a hundred, how many flip, and what went wrong."""
    st.markdown(f"##### {plain(advice_words(migration))}")
    _list([*map(sentence, migration.loss), flips_words(migration)])
    under_way.show_troubles(migration)


def _decide(workspace: Workspace, version: JudgeVersion, move: Move, migration: Migration) -> None:
    """Switch, stay, keep both; the advised one first in sight. What to grade first, where that is advised."""
    if migration.advice == "grade first":
        _offer_to_grade(workspace, version, move, migration)
    if mending := sentence(migration.mending):
        st.write(plain(mending))
    if not workspace.person:
        shell.ask_name()
        return
    values = {"new": _model(migration.new), "present": _model(migration.present)}
    with st.container(horizontal=True):
        switch = _button(say("Switch to {new}", **values), "switch", migration)
        stay = _button(say("Stay with {present}", **values), "stay", migration)
        both = _button(say("Keep both"), "both", migration)
        repair = migration.repair if migration.repair and migration.repair.mends else None
        mended = (
            repair
            if repair and _button(say("Switch to {new}, mended", **values), "mended", migration)
            else None
        )
    if switch or both or mended:
        with shell.guard():
            spec, why = migration.moved.spec, say("moved to {to}", to=move.to)
            if mended:
                spec, why = mended.version.spec, say(mended.why(move.to))
            kept = keep(workspace, version, spec, why=why, use=not both)
        del st.session_state[keys.JUDGE_MOVED]
        versions.tell(workspace, kept)
    elif stay:
        del st.session_state[keys.JUDGE_MOVED]
        shell.again()


def _button(words: str, choice: str, migration: Migration) -> bool:
    return st.button(
        words, key=f"move-{choice}", type="primary" if migration.advice == choice else "secondary"
    )


def _offer_to_grade(workspace: Workspace, version: JudgeVersion, move: Move, migration: Migration) -> None:
    """The smallest set that is expected to settle it, put first on the Grade page."""
    if not migration.settles:
        st.write(unsettled_words(migration))
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
            n=len(migration.picks),
        )
        if st.button(words, key="move-ask", type="primary"):
            with shell.guard():
                ask_first(workspace, migration)
            move.asked = True
            shell.again()


def _show_figures(migration: Migration) -> None:
    """Both models' rates with their intervals, then in words, with costs and times."""
    change = migration.change
    charts.intervals(
        say("Both models on the same {n} outputs, 95% intervals", n=migration.n),
        [say("bad outputs found"), say("good outputs passed")],
        {
            words: [rates.tnr, rates.tpr]
            for words, rates in zip(_names(migration), (change.present, change.new), strict=True)
        },
        key="move-change",
    )
    _list([*move_figures(migration), *filter(None, [sentence(migration.looks.says)])])
    values = {"money": money_words(migration.cost_usd), "requests": migration.requests}
    shell.aside(say("This comparison took {requests:,} requests: {money}.", **values))


def _names(migration: Migration) -> tuple[str, str]:
    return say("Now: {model}", model=_model(migration.present)), say(
        "New: {model}", model=_model(migration.new)
    )


def _model(side: ModelSide) -> str:
    """The same model may be asked at two endpoints."""
    return " · ".join(filter(None, (side.model, side.endpoint)))


def _list(lines: Iterable[str]) -> None:
    st.markdown("\n".join(f"- {plain(line.strip())}" for line in lines))


def _show_flips(workspace: Workspace, migration: Migration) -> None:
    """One click shows the outputs on which the models differ, the graded ones first."""
    if not migration.flips or not st.toggle(say("Show the outputs that flip"), key="move-flips"):
        return
    for flip in shell.page_of(migration.flips, _PAGE, "move-flipped"):
        with st.container(border=True):
            _show_flip(workspace, migration, flip)


def _show_flip(workspace: Workspace, migration: Migration, flip: Flip) -> None:
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
    for place, name, decision in zip(st.columns(2), _names(migration), (flip.present, flip.new), strict=True):
        place.text(say("{name}: {told}", name=name, told=decision_words(migration.moved, output, decision)))
