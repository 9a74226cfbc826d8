"""The parts of the Outputs page: what is asked, the table, the output that is open, what becomes of them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.selecting import excerpt
from labelcore.models import Output
from labelcore.stages import exporting, grading, importing, judging, sampling, selecting
from labelcore.stages.selecting import Filters, Listing, Paging
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_ON_A_PAGE = 25
_VALUES = 50
_TABLES = ("outputs", "grades", "verdicts")


def ask(workspace: Workspace) -> Filters:
    """The filters, four at hand and the others behind a button; all in the address."""
    search, grade, split, batch = st.columns([2, 1, 1, 1])
    words = search.text_input(
        say("Search"),
        key=keys.OUTPUTS_SEARCH,
        bind="query-params",
        placeholder=say("words in the texts or notes"),
    )
    imports = {seen.id: seen.file_name for seen in importing.imports(workspace)}
    asked = {
        "search": words or "",
        "grade": _choose(grade, say("Grade"), ["pass", "fail", "unsure", "none"], keys.OUTPUTS_GRADE),
        "split": _choose(split, say("Split"), ["train", "dev", "test"], keys.OUTPUTS_SPLIT),
        "batch": batch.selectbox(
            say("Import"),
            list(imports),
            index=None,
            format_func=lambda known: f"{imports[known]} · {known[-6:]}",
            placeholder=say("all"),
            key=keys.OUTPUTS_BATCH,
            bind="query-params",
        ),
    }
    with st.expander(say("More filters")):
        asked |= _ask_more(workspace)
    return Filters.model_validate(asked)


def _ask_more(workspace: Workspace) -> dict[str, Any]:
    name, value, judge, verdict, who = st.columns(5)
    asked: dict[str, Any] = {}
    field = _choose(name, say("Field"), selecting.known_fields(workspace), keys.OUTPUTS_FIELD)
    if field:
        known = {
            counted.value: counted.n for counted in selecting.list_values(workspace, field, most=_VALUES)
        }
        words = {text: f"{excerpt(text) or say('(none)')} · {n:,}" for text, n in known.items()}
        picked = value.multiselect(
            say("Values"), list(known), format_func=words.__getitem__, key=f"{keys.OUTPUTS_FIELD}-{field}"
        )
        asked["where"] = tuple(f"{field}={text}" for text in picked)
    judges = {version.id: version.name for version in judging.active_judges(workspace)}
    version = judge.selectbox(
        say("Judge"),
        list(judges),
        index=None,
        format_func=judges.__getitem__,
        placeholder=say("none"),
        key=keys.OUTPUTS_JUDGE,
        bind="query-params",
    )
    says = _choose(verdict, say("Verdict"), ["pass", "fail", "abstain", "none"], keys.OUTPUTS_VERDICT)
    if version and says:
        asked["verdict"] = (f"{version}={says}",)
    people = [person for person, _ in grading.counts_by_person(workspace)]
    asked["graded_by"] = _choose(who, say("Graded by"), people, keys.OUTPUTS_WHO)
    return asked


def ask_paging(workspace: Workspace) -> Paging:
    """The order, and which page."""
    order, way, page = st.columns([2, 1, 1])
    names = ["imported", *selecting.known_fields(workspace)]
    sort = order.selectbox(
        say("Sort by"), names, format_func=_word, key=keys.OUTPUTS_SORT, bind="query-params"
    )
    down = way.selectbox(
        say("Order"), ["up", "down"], format_func=_word, key=keys.OUTPUTS_WAY, bind="query-params"
    )
    number = page.number_input(say("Page"), 1, step=1, key=keys.OUTPUTS_PAGE, bind="query-params")
    return Paging(
        sort=f"{'-' if down == 'down' else ''}{sort}", page=int(number), limit=_ON_A_PAGE, count=False
    )


def show_table(found: Listing) -> Output | None:
    """The page of outputs; the one that is chosen, else the first."""
    if not found.rows:
        st.info(say("No output is here: change the filters, or go back to page 1."))
        return None
    rows = [
        {
            say("output"): excerpt(row.output.text),
            say("grades"): ", ".join(f"{who}: {say(value)}" for who, value in row.grades.items()),
            say("input"): excerpt(row.output.input),
            say("model"): row.output.model,
            say("split"): row.split,
            say("id"): row.output.external_id or row.output.id,
        }
        for row in found.rows
    ]
    picked = shell.choose_rows(rows, shell.key_of("outputs", [row.output.id for row in found.rows]))
    return found.rows[picked[0] if picked else 0].output


def show_one(workspace: Workspace, output: Output | None) -> None:
    """Everything that is known of an output."""
    if output is None:
        return
    known = selecting.show_output(workspace, output)
    st.subheader(plain(output.external_id or output.id))
    show_output(output)
    for grade in known.grades:
        about = say(" on one criterion") if not grade.is_overall else ""
        st.text(f"{grade.annotator}: {say(grade.value)}{about}{f' — {grade.note}' if grade.note else ''}")
    if not known.grades:
        st.caption(say("Nobody has graded it."))
    if known.verdicts:
        with st.expander(say("What judges say ({n})", n=len(known.verdicts))):
            shell.table(
                [
                    {
                        say("judge"): f"{verdict.judge} ({verdict.version})",
                        say("verdict"): say(verdict.value),
                        say("reason"): verdict.reason,
                    }
                    for verdict in known.verdicts
                ]
            )
    for name, value in known.feedback:
        st.text(f"{name}: {value}")
    for code, quote in known.codes:
        st.text(f"“{quote}” — {code}")
    for ruling in (*known.rulings, *known.court_rulings):
        st.text(say("Ruled {value} by {author}: {reason}", **ruling.model_dump(include=_RULED)))
    with st.expander(say("Fields and origin")):
        facts = {
            "id": output.id,
            "import": known.batch.file_name if known.batch else "",
            "imported": f"{output.at:%Y-%m-%d %H:%M}",
            "split": known.split,
            **output.model_dump(include={"external_id", "group_key", "model", "prompt_version"}),
            **{f"sample {draw.sample}": draw.reason for draw in known.samples},
            **output.metadata,
        }
        shell.table([{say("field"): name, say("value"): str(value or "")} for name, value in facts.items()])


_RULED = {"value", "author", "reason"}


def offer(workspace: Workspace, filters: Filters, n: int) -> None:
    """What can become of the outputs that match."""
    st.subheader(say("What to do with them"))
    review, sample, export = st.columns(3)
    with review, st.container(border=True):
        st.write(say("Let experts see them first, before any sample."))
        if st.button(say("Put them on the review list"), width="stretch"):
            with shell.guard():
                listed = grading.review(workspace, filters=filters).review
                st.success(say("{n} outputs come first on the Grade page.", n=f"{len(listed):,}"))
    with sample, st.container(border=True):
        number = st.number_input(say("How many to draw at random"), 1, max(1, n), min(50, n))
        if st.button(say("Draw a sample of them"), width="stretch"):
            with shell.guard():
                pool = sampling.Pool.model_validate(filters.model_dump())
                drawn = sampling.draw_sample(workspace, rule="random", n=int(number), pool=pool)
                st.success(say("{n} outputs are drawn.", n=f"{len(drawn.picks):,}"))
                shell.warn(drawn.warnings)
    with export, st.container(border=True):
        _offer_file(workspace, filters)


def _offer_file(workspace: Workspace, filters: Filters) -> None:
    what = st.selectbox(say("Take a table of them with you"), _TABLES, format_func=say)
    if st.button(say("Prepare the file"), width="stretch"):
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"{what}.csv"
            exporting.export_table(workspace, what, out=target, filters=filters)
            st.download_button(
                say("Download {name}", name=target.name), target.read_bytes(), file_name=target.name
            )


def _choose(where: Any, label: str, options: Sequence[str], key: str) -> str | None:
    """A choice that may stay open."""
    chosen: str | None = where.selectbox(
        label, options, index=None, format_func=_word, placeholder=say("all"), key=key, bind="query-params"
    )
    return chosen


def _word(name: str) -> str:
    words = {
        "imported": say("order of import"),
        "up": say("first to last"),
        "down": say("last to first"),
        "none": say("nobody yet"),
    }
    return words.get(name) or say(name)
