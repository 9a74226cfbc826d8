"""The parts of the Outputs page: what is asked, the table, the output that is open, what becomes of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from labelcore.messages import listed, say
from labelcore.messages.catalogue import counted, field_words, judge_words, person_words
from labelcore.messages.lines.selecting import excerpt
from labelcore.models import Output, Role
from labelcore.stages import aligning, exporting, grading, importing, judging, sampling, selecting
from labelcore.stages.deriving import editing
from labelcore.stages.selecting import LONGEST_SEARCH, Filters, Listing, Paging
from labelcore.workspace import Workspace
from pages.widgets import address, feedback, keys, shell
from pages.widgets.opened_output import said
from pages.widgets.shell import plain

_ON_A_PAGE = 25
_VALUES = 50
_SECONDS = 0.2
"""A search stops after so long and goes on while the page is used."""


def ask(workspace: Workspace) -> Filters:
    """The filters, four at hand and the others behind a button; all in the address."""
    grid = st.grid(4, min_column_width=130)
    search, grade, split, batch = (grid.cell() for _ in range(4))
    words = search.text_input(
        say("Search"),
        key=keys.OUTPUTS_SEARCH,
        max_chars=LONGEST_SEARCH,
        bind="query-params",
        placeholder=say("in texts or notes"),
    )
    imports = {entry.id: entry.file_name for entry in importing.imports(workspace)}
    choices = {
        "search": (words or "")[:LONGEST_SEARCH],  # an address may hold more
        "grade": _choose(grade, say("Grade"), ["pass", "fail", "unsure", "none"], keys.OUTPUTS_GRADE),
        "split": _choose(split, say("Split"), ["train", "dev", "test"], keys.OUTPUTS_SPLIT),
        "batch": address.choose(
            batch,
            say("Import"),
            list(imports),
            keys.OUTPUTS_BATCH,
            words=lambda batch_id: f"{imports[batch_id]} · {batch_id[-6:]}",
            empty=say("all"),
        ),
    }
    with st.expander(say("More filters")):
        choices |= _ask_more(workspace)
    filters = Filters.model_validate(choices)
    _show_chips(workspace, filters)
    return filters


def _show_chips(workspace: Workspace, filters: Filters) -> None:
    """Those of the filters behind the button that are set, each with a press that takes it away."""
    chips = list(_chips(workspace, filters))
    if not chips:
        return
    with st.container(horizontal=True):
        for words, names in chips:
            st.button(
                plain(words),
                key=f"chip-{names[0]}",
                icon=":material/close:",
                help=say("Remove this filter"),
                on_click=_take_away,
                args=names,
            )


def _chips(workspace: Workspace, filters: Filters) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is asked in words, and the names of the boxes where it is."""
    judges = {version.id: judge_words(version.name) for version in judging.active_judges(workspace)}
    field = filters.where[0].partition("=")[0] if filters.where else ""
    if field:
        values = [condition.partition("=")[2] for condition in filters.where]
        words = listed(excerpt(value) or say("(none)") for value in values)
        yield (
            say("{name}: {told}", name=field_words(field), told=words),
            (keys.OUTPUTS_FIELD, f"{keys.OUTPUTS_FIELD}-{field}"),
        )
    if filters.graded_by:
        yield (
            say("{name}: {told}", name=say("Graded by"), told=person_words(filters.graded_by)),
            (keys.OUTPUTS_WHO,),
        )
    users = st.session_state.get(keys.OUTPUTS_USERS)
    for condition in filters.verdict:
        version, _, value = condition.rpartition("=")
        boxes = (keys.OUTPUTS_USERS,) if condition == users else (keys.OUTPUTS_JUDGE, keys.OUTPUTS_VERDICT)
        yield say("{name}: {told}", name=judges.get(version, version), told=_word(value)), boxes
    if filters.criterion:
        name = editing.criterion_names(workspace).get(filters.criterion, filters.criterion)
        boxes = (keys.OUTPUTS_CRITERION, keys.OUTPUTS_CRITERION_GRADE)
        yield say("{name}: {told}", name=_on_criterion(filters.criterion_grade), told=say(name)), boxes


def _take_away(*names: str) -> None:
    for name in names:
        st.session_state[name] = [] if name.startswith(f"{keys.OUTPUTS_FIELD}-") else None
        st.query_params.pop(name, None)


def _ask_more(workspace: Workspace) -> dict[str, Any]:
    name, value, who = st.columns(3)
    judge, verdict, users = st.columns(3)
    people = [person for person, _ in grading.counts_by_person(workspace)]
    versions = judging.active_judges(workspace)
    signals = judging.signals_of_users(workspace)
    verdicts = [
        _ask_verdict(judge, verdict, {version.id: judge_words(version.name) for version in versions}),
        _ask_users(users, {version.id: judge_words(version.name) for version in signals})
        if signals
        else None,
    ]
    if signals and st.toggle(say("How reliable user feedback is"), key=f"{keys.OUTPUTS_USERS}-worth"):
        feedback.show_worth(aligning.align(workspace).judges)
    return {
        "where": _ask_field(workspace, name, value),
        "graded_by": address.choose(
            who, say("Graded by"), people, keys.OUTPUTS_WHO, words=person_words, empty=say("all")
        ),
        "verdict": tuple(filter(None, verdicts)),
        **_ask_criterion(editing.criterion_names(workspace, "accepted")),
    }


def _ask_criterion(criteria: Mapping[str, str]) -> dict[str, str | None]:
    """A criterion, and once there is one what people say of it."""
    which, given = st.columns([2, 1])
    criterion = address.choose(
        which,
        say("Criterion"),
        list(criteria),
        keys.OUTPUTS_CRITERION,
        words=lambda criterion_id: say(criteria[criterion_id]),
        empty=say("all"),
    )
    if not criterion:
        st.query_params.pop(keys.OUTPUTS_CRITERION_GRADE, None)
        return {}
    grade = address.choose(
        given,
        say("Grade"),
        ["pass", "unsure", "none"],
        keys.OUTPUTS_CRITERION_GRADE,
        words=_word,
        empty=say("failed for it"),
    )
    return {"criterion": criterion, "criterion_grade": grade}


def _ask_field(workspace: Workspace, name: Any, value: Any) -> tuple[str, ...]:
    fields = selecting.known_fields(workspace)
    field = address.choose(
        name, say("Field"), fields, keys.OUTPUTS_FIELD, words=field_words, empty=say("all")
    )
    if not field:
        return ()
    counts = {count.value: count.n for count in selecting.list_values(workspace, field, most=_VALUES)}
    key = f"{keys.OUTPUTS_FIELD}-{field}"
    counts = dict.fromkeys(st.query_params.get_all(key), 0) | counts  # a link may ask for a rare one
    words = {
        text: f"{excerpt(text) or say('(none)')}{f' · {n:,}' if n else ''}" for text, n in counts.items()
    }
    chosen = address.choose_several(value, say("Values"), list(counts), key, words=words.__getitem__)
    return tuple(f"{field}={text}" for text in chosen)


def _ask_verdict(judge: Any, verdict: Any, judges: Mapping[str, str]) -> str | None:
    version = address.choose(
        judge, say("Judge"), list(judges), keys.OUTPUTS_JUDGE, words=judges.__getitem__, empty=say("none")
    )
    says = _choose(verdict, say("Verdict"), ["pass", "fail", "abstain", "none"], keys.OUTPUTS_VERDICT)
    return f"{version}={says}" if version and says else None


def _ask_users(where: Any, signals: Mapping[str, str]) -> str | None:
    """What users said, by the judge that reads the signal."""
    words = {
        f"{version}={value}": say("{name}: {told}", name=name, told=word)
        for version, name in signals.items()
        for value, word in (
            ("fail", say("complaint")),
            ("pass", say("praise")),
            ("abstain", say("says nothing")),
        )
    }
    return address.choose(
        where,
        say("User feedback"),
        list(words),
        keys.OUTPUTS_USERS,
        words=words.__getitem__,
        empty=say("all"),
    )


def ask_paging(workspace: Workspace) -> Paging:
    """The order, and which page."""
    grid = st.grid(3, min_column_width=130)
    order, direction, page = (grid.cell() for _ in range(3))
    names = ["imported", *selecting.known_fields(workspace)]
    sort = address.choose(order, say("Sort by"), names, keys.OUTPUTS_SORT, words=_word)
    chosen = address.choose(direction, say("Order"), ["up", "down"], keys.OUTPUTS_WAY, words=_word)
    number = page.number_input(say("Page"), 1, step=1, key=keys.OUTPUTS_PAGE, bind="query-params")
    return Paging(
        sort=f"{'-' if chosen == 'down' else ''}{sort}",
        page=int(number),
        limit=_ON_A_PAGE,
        count=False,
        seconds=_SECONDS,
    )


def show_count(workspace: Workspace, filters: Filters, paging: Paging, listing: Listing) -> int:
    """How many match; where they are still searched for, how far that is. What is known of their number."""
    searched = listing.searched
    if searched is None and filters != selecting.EVERYTHING:  # sorted by a field: counted in the other order
        paging = paging.model_copy(update={"sort": "imported"})
        searched = selecting.search_on(workspace, filters=filters, paging=paging)
    if searched is None or searched.whole:
        n = searched.found if searched else selecting.count_outputs(workspace)
        st.write(_counted_words(n, paging.page))
        return n
    _search_on(workspace, filters, paging, len(listing.rows))
    return searched.found


def _counted_words(n: int, page: int) -> str:
    """How many match, and which of them a page shows where they are on several."""
    first, last = (page - 1) * _ON_A_PAGE + 1, min(n, page * _ON_A_PAGE)
    if n <= _ON_A_PAGE or first > n:
        return counted("One output matches.", "{n:,} outputs match.", n=n)
    return say("{n:,} outputs match; here are {first:,} to {last:,}.", n=n, first=first, last=last)


@st.fragment(run_every=0.5)
def _search_on(workspace: Workspace, filters: Filters, paging: Paging, shown: int) -> None:
    """Search a while, say how far it is, and show the page anew when it has more or all is searched."""
    shell.speak_as(workspace)
    with shell.guard():
        progress = selecting.search_on(workspace, filters=filters, paging=paging)
        if progress.whole or shown < min(_ON_A_PAGE, progress.found - (paging.page - 1) * _ON_A_PAGE):
            st.rerun()
        st.write(
            say(
                "{found:,} found in the first {searched:,} of {of:,} outputs; still searching …",
                **progress._asdict(),
            )
        )


def show_table(listing: Listing) -> Output | None:
    """The page of outputs; the one that is chosen, else the first."""
    if not listing.rows:
        st.info(say("No output is here: change the filters, or go back to page 1."))
        return None
    rows = [
        {
            say("output"): excerpt(row.output.text),
            say("grades"): listed(said(who, value) for who, value in row.grades.items()),
            say("input"): excerpt(row.output.input),
            say("model"): row.output.model,
            say("split"): say(row.split),
            say("id"): row.output.external_id or row.output.id,
        }
        for row in listing.rows
    ]
    key = shell.key_of("outputs", [row.output.id for row in listing.rows])
    chosen = shell.choose_rows(rows, key, widths=dict.fromkeys((say("output"), say("input")), 260))
    return listing.rows[chosen[0] if chosen else 0].output


def offer(workspace: Workspace, filters: Filters, n: int) -> None:
    """What can become of the outputs that match, as far as the person's role goes."""
    uses = {_offer_review: Role.LEAD, _offer_sample: Role.ENGINEER, _offer_file: Role.ENGINEER}
    offers = [use for use, least in uses.items() if workspace.role.includes(least)]
    if not offers:
        return
    st.subheader(say("What to do with these outputs"))
    for use, column in zip(offers, st.columns(len(uses)), strict=False):
        with column, st.container(border=True):
            use(workspace, filters, n)


def _offer_review(workspace: Workspace, filters: Filters, _: int) -> None:
    st.write(say("Have experts grade these first, before any sample."))
    if st.button(say("Put them on the review list"), width="stretch"):
        with shell.guard():
            review = grading.review(workspace, filters=filters).review
            st.success(say("{n} outputs come first on the Grade page.", n=f"{len(review):,}"))


def _offer_sample(workspace: Workspace, filters: Filters, n: int) -> None:
    number = st.number_input(say("How many to draw at random"), 1, max(1, n), min(50, n))
    if st.button(say("Draw a sample of them"), width="stretch"):
        with shell.guard():
            pool = sampling.SamplePool.model_validate(filters.model_dump())
            draw = sampling.draw_sample(workspace, rule="random", n=int(number), pool=pool)
            st.success(say("{n} outputs are drawn.", n=f"{len(draw.picks):,}"))
            shell.warn(draw.warnings)


def _offer_file(workspace: Workspace, filters: Filters, _: int) -> None:
    tables = {
        "outputs": say("Outputs"),
        "grades": say("Grades"),
        "verdicts": say("Verdicts"),
        "feedback": say("Feedback"),
    }
    table = shell.choose(say("Export these outputs"), tables)
    if st.button(say("Prepare the file"), width="stretch"):
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"{table}.csv"
            exporting.export_table(workspace, table, out=target, filters=filters)
            st.download_button(
                say("Download {name}", name=target.name), target.read_bytes(), file_name=target.name
            )


def _choose(where: Any, label: str, options: Sequence[str], key: str) -> str | None:
    """A choice that may stay open."""
    return address.choose(where, label, options, key, words=_word, empty=say("all"))


def _on_criterion(grade: str | None) -> str:
    """What people say of a criterion, in words before its name."""
    words = {"pass": say("Passed on"), "unsure": say("Unsure on"), "none": say("Not graded on")}
    return words.get(grade or "", say("Failed for"))


def _word(name: str) -> str:
    words = {
        "imported": say("order of import"),
        "up": say("first to last"),
        "down": say("last to first"),
        "none": say("nobody yet"),
    }
    return words.get(name) or say(field_words(name))
