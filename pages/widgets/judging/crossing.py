"""Many at once: versions, models and numbers of examples of the open judge, in one table."""

from __future__ import annotations

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import money_words, rate_words, say, sentence
from labelcore.messages.lines.refining.comparing import (
    change_words,
    in_use_words,
    price_words,
    recalled_words,
)
from labelcore.models import JudgeVersion
from labelcore.settings import DEFAULT, settings
from labelcore.stages.refining.crossing import cross, find_again, last_tried
from labelcore.stages.refining.matrix import Cell, Grid, Matrix
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.trying import USUAL
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import trying, under_way
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.judging.under_way import VersionWork
from pages.widgets.shell import plain

_NUMBERS = (0, 1, 2, 4, 8)
Crossing = VersionWork[Ongoing, Matrix]


def show(workspace: Workspace, written: WrittenDraft) -> None:
    """What is crossed, within what; then the table, whose rows open their outputs."""
    crossing: Crossing | None = st.session_state.get(keys.PROMPT_CROSSED)
    if not (crossing and (crossing.busy or crossing.version_id == written.version.id)):
        crossing = _found_again(workspace, written.version)
    known = crossing is not None and crossing.version_id == written.version.id
    _ask(workspace, written, running=bool(crossing and known and crossing.busy))
    if crossing is None or not known:
        return
    words = _words_of if crossing.asks else _finding_words
    place = under_way.place_of(workspace, keys.PROMPT_CROSSED, words)
    if (found := crossing.found) and place and (found.tried or not found.recalled):
        with place:
            _show_matrix(workspace, written, found)


def start(workspace: Workspace, version: JudgeVersion, grid: Grid) -> None:
    """Begin, unless one of this visitor's is under way."""
    work = Crossing(version_id=version.id, ongoing=Ongoing())
    name = say("The trial")
    under_way.begin(keys.PROMPT_CROSSED, work, lambda: cross(workspace, version, grid, work.ongoing), name)


def _found_again(workspace: Workspace, version: JudgeVersion) -> Crossing | None:
    """What was last tried beside this version: by whomever, or before the page was loaded again."""
    if last_tried(workspace, version) is None:
        return None
    work = Crossing(version_id=version.id, ongoing=Ongoing(), asks=False)
    name = say("The search for what was tried")
    under_way.begin(keys.PROMPT_CROSSED, work, lambda: find_again(workspace, version, work.ongoing), name)
    return work


def _finding_words(_: Ongoing) -> str:
    return say("Finding what was tried …")


def _words_of(ongoing: Ongoing) -> str:
    values = {"n": ongoing.done + 1, "total": ongoing.total or 1, "what": ongoing.step}
    return say("Trying {n} of {total}: {what}", **values)


def _ask(workspace: Workspace, written: WrittenDraft, *, running: bool) -> None:
    """What is crossed; it stays in its place while that runs, so that nothing chosen is lost."""
    version = written.version
    history = judge_table.history(workspace.db, version.judge_id)
    numbers = [row.version for row in history]
    most = max(prompt.most_shown for row in history for prompt in kind_of(row).prompts)
    models = models_of(written)
    chosen = st.pills(say("Models"), models, selection_mode="multi", default=models, key="cross-models")
    shown = [number for number in _NUMBERS if number <= most]
    examples, chosen_versions = list[int](), [version.version]
    with st.container(horizontal=True):
        if len(shown) > 1:
            examples = st.pills(
                say("Examples of each grade"), shown, selection_mode="multi", default=shown, key="cross-shown"
            )
        if len(numbers) > 1:
            chosen_versions = st.pills(
                say("Versions"), numbers, selection_mode="multi", default=[version.version], key="cross-made"
            )
    n = max(1, len(chosen)) * max(1, len(examples)) * max(1, len(chosen_versions))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        limits = _ask_limits(workspace)
        words = say("Try them all ({n})", n=n)
        pressed = st.button(words, key="cross-now", type="primary", disabled=n < 2 or running)
    if n < 2:
        st.write(say("Choose at least two: models, numbers of examples, or versions."))
    if pressed:
        axes = {"version": tuple(chosen_versions), "model": tuple(chosen), "examples": tuple(examples)}
        start(workspace, version, limits.model_copy(update=axes))
        shell.again()


def _ask_limits(workspace: Workspace) -> Grid:
    """Within which money and time all are tried, on how many outputs, and where it may stop before."""
    spend = under_way.ask_limit(workspace, "cross-cost")
    minutes = st.number_input(
        say("Minutes at most"),
        min_value=0,
        value=None,
        placeholder=say("no limit"),
        help=say("No other combination is begun after that."),
        key="cross-minutes",
        width=180,
    )
    limit = st.number_input(say("Outputs for each"), 1, 500, USUAL, key="cross-limit", width=180)
    enough = st.number_input(
        say("Good enough from (%)"),
        min_value=0,
        max_value=100,
        value=None,
        step=5,
        placeholder=say("try all"),
        help=say(
            "The cheapest is tried first. It stops at the first that surely finds so many of the bad outputs "
            "and passes so many of the good ones."
        ),
        key="cross-enough",
        width=200,
    )
    return Grid(limit=limit, max_cost=spend, minutes=minutes or None, enough=enough / 100 if enough else None)


def models_of(written: WrittenDraft) -> list[str]:
    """The judge's, then the others that are configured, as MODEL or MODEL@ENDPOINT."""
    current, models = written.draft.model, [written.draft.model]
    for name, endpoint in settings().all_endpoints.items():
        if endpoint.model and endpoint.model != current:
            models.append(endpoint.model if name == DEFAULT else f"{endpoint.model}@{name}")
    return list(dict.fromkeys(models))


def _show_matrix(workspace: Workspace, written: WrittenDraft, matrix: Matrix) -> None:
    st.markdown(f"##### {plain(sentence(matrix.says))}")
    for told in filter(None, (matrix.unpriced, matrix.looks.says)):
        st.write(plain(sentence(told)))
    under_way.show_troubles(matrix)
    rows = [_row(cell, chosen=at == matrix.chosen) for at, cell in enumerate(matrix.cells)]
    key = shell.key_of("cross-table", [f"{cell.model}{cell.version}{cell.shown}" for cell in matrix.cells])
    chosen = shell.choose_rows(rows, key)
    values = {"money": money_words(matrix.cost_usd), "seconds": matrix.seconds}
    if matrix.recalled:
        shell.aside(recalled_words(matrix.recalled))
        shell.aside(say("A row opens its outputs."))
    else:
        shell.aside(say("It took {seconds:,.0f} s: {money}; a row opens its outputs.", **values))
    cell = matrix.cells[chosen[0]] if chosen else None
    if cell and cell.trial:
        for line in trying.change_words(cell.trial.change):
            st.write(plain(line))
        trying.show_lists(workspace, cell.trial, (written.version, written.version), written)
    elif cell and cell.state == "in use":
        st.write(in_use_words())
    elif cell or not matrix.tried:
        st.write(plain((cell or matrix.cells[0]).trouble or say((cell or matrix.cells[0]).state)))


def _row(cell: Cell, *, chosen: bool) -> dict[str, str]:
    """A combination with its figures."""
    rates = cell.rates
    return {
        say("Best"): "→" if chosen else "",
        say("Version"): str(cell.version),
        say("Model"): cell.model,
        say("Examples"): str(cell.shown),
        say("Bad outputs found"): rate_words(rates.tnr) if rates else "–",
        say("Good outputs passed"): rate_words(rates.tpr) if rates else "–",
        say("change"): change_words(cell.trial.change.balanced) if cell.trial else say(cell.state),
        say("Cost for 1,000"): price_words(cell.estimate),
    }
