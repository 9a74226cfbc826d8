"""A team: what it has done and how far people agree, where they do not, and how outputs are handed out."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from labelcore.messages import rate_words, say, sentence
from labelcore.messages.card import pack_page
from labelcore.messages.catalogue import person_words
from labelcore.messages.figures import alpha_words
from labelcore.messages.lines import grading as grading_lines
from labelcore.models import Grade, GradingRules
from labelcore.stages import grading
from labelcore.stages.grading.progress import Contribution
from labelcore.stats.rate import Rate
from labelcore.workspace import Workspace
from pages.widgets import assigning, charts, keys, next_step, people, shell, telling
from pages.widgets.outputs import show_output
from pages.widgets.shell import plain

_ACTS = 200


def show_progress(workspace: Workspace) -> None:
    """People, kinds of failure, and what the judges still need."""
    progress = grading.team_progress(workspace)
    if not progress.people:
        st.info(say("Nobody has graded yet."))
        next_step.offer_next(workspace)
        return
    shell.table(_people(progress.people))
    assigning.show_completion(workspace)
    show_skips(workspace)
    st.subheader(say("Have all kinds of failure been seen?"))
    st.write(plain(sentence(progress.saturation.says)))
    curve = progress.saturation.curve  # to draw the first chart, a browser fetches 5 MB
    if curve and st.toggle(say("Show how their number grew"), key="kinds-grown"):
        charts.growth(say("Kinds of failure seen, by number of failed outputs read"), curve, key="kinds")
    st.write(plain(sentence(progress.anchoring.says)))
    st.subheader(say("Are the judges known well enough?"))
    if not progress.budget:
        st.write(say("There are no judges yet."))
    for need in progress.budget[:12]:
        st.write(plain(sentence(need.says)))


def _people(people: Sequence[Contribution]) -> list[dict[str, Any]]:
    """A row for each; what is not measurable of anybody has no column."""
    measured = {
        say("seconds each"): [
            None if person.seconds is None else f"{person.seconds:,.0f}" for person in people
        ],
        say("agrees with others"): [_share(person.with_others) for person in people],
        say("steady"): [_share(person.steadiness) for person in people],
    }
    return [
        {
            say("person"): person_words(person.annotator),
            say("graded"): person.graded,
            say("pass"): person.passes,
            say("fail"): person.fails,
            say("unsure"): person.unsure,
            say("notes"): person.notes,
            **{name: column[at] or "–" for name, column in measured.items() if any(column)},
        }
        for at, person in enumerate(people)
    ]


def _share(rate: Rate) -> str | None:
    return None if rate.value is None else rate_words(rate)


def show_skips(workspace: Workspace) -> None:
    """Who skipped what and why; and what is held can be given back."""
    skips = grading.skips(workspace)
    if not skips:
        return
    st.subheader(say("Skipped"))
    rows = [
        {
            say("person"): skip.annotator,
            say("output"): skip.output_id,
            say("why"): skip.why or "–",
            say("state"): say("does not come back by itself") if skip.rests else say("comes back"),
        }
        for skip in skips[:_ACTS]
    ]
    shell.table(rows)
    if any(skip.waits for skip in skips) and st.button(say("Give what was skipped once to others now")):
        with shell.guard():
            grading.release(workspace, skipped=True)
            telling.tell_anew(say("Others are offered them from now on."))


_PAIRS = 12
"""Pairs of people at once, those that agree least first: twenty people have 190."""


def show_agreement(workspace: Workspace) -> None:
    """Alpha overall, on the scale, for each criterion and for the pairs of people that agree least."""
    agreement = grading.together(workspace)
    st.subheader(plain(say("All together: {alpha}", alpha=alpha_words(agreement.overall))))
    if agreement.overall.alpha is not None:
        shell.aside(say("Alpha is 1 where everybody agrees, and 0 where they agree no more than by chance."))
    if agreement.levels:
        st.write(plain(say("On the scale: {levels}", levels=alpha_words(agreement.levels))))
    for word, by_name in agreement.by_criterion.items():
        st.write(plain(say("{name}: {told}", name=say(word), told=alpha_words(by_name))))
    if agreement.pairs:
        least = sorted(agreement.pairs, key=lambda pair: 1.0 if pair.same.value is None else pair.same.value)
        pairs = shell.page_of(least, _PAIRS, "pairs")
        names = [f"{pair.one} · {pair.other}" for pair in pairs]
        series = {say("same grade"): [pair.same for pair in pairs]}
        charts.intervals(
            say("How often two people give the same grade, 95% intervals"), names, series, key="people"
        )


def show_versions(workspace: Workspace) -> None:
    """Which of two versions people prefer, pair by pair."""
    report = grading.preferences(workspace)
    a, b, share = report.first, report.second, rate_words(report.second_better)
    st.subheader(plain(say("{b} is better than {a}: {share}", a=a, b=b, share=share)))
    st.write(plain(grading_lines.compared_words(report)))
    rows = {
        say("{b} is better", b=b): report.second_better,
        say("the left side is chosen"): report.left,
        say("two people say the same"): report.same,
    }
    title = say("Shares with 95% intervals; where nothing differs, the first two are one half")
    charts.intervals(title, list(rows), {say("share"): list(rows.values())}, key="versions")
    if not report.compared:
        shell.go("3_grading.py", "Grade")


def _grade_words(event: Grade) -> str:
    return say(event.value) + (f" ({event.level})" if event.level else "")


def show_history(workspace: Workspace) -> None:
    """The latest acts, newest first; what a person did can be taken back at any time."""
    mine = st.toggle(say("Only what I did"), value=bool(workspace.person))
    acts = grading.latest_acts(workspace, annotator=workspace.person if mine else None, limit=_ACTS)
    if not acts:
        nothing, of_mine = (
            say("Nothing has been graded or changed yet."),
            say("You have not graded or changed anything yet."),
        )
        st.info(of_mine if mine else nothing)
        return
    st.write(say("Choose a row to see the output, and to take the act back if it is yours."))
    rows = [
        {
            say("when"): act.grade.at,
            say("person"): person_words(act.grade.annotator),
            say("grade"): _grade_words(act.grade),
            say("on"): act.subject or say("the whole"),
            say("note"): act.grade.note,
            say("state"): say(act.state),
        }
        for act in acts
    ]
    for row in shell.choose_rows(rows, shell.key_of("acts", [act.grade.id for act in acts])):
        act = acts[row]
        with st.container(border=True):
            if act.output:
                show_output(act.output)
            is_mine = act.state == "counts" and act.grade.annotator == workspace.person
            if is_mine and st.button(say("Take this back"), key=f"back-{act.grade.id}"):
                with shell.guard():
                    grading.undo(workspace, act.grade.id)
                    telling.tell_anew(say("Taken back"))


def show_packs(workspace: Workspace) -> None:
    """Make a pack for people without a network, and take in what comes back."""
    words = say(
        "A pack is one HTML file: the expert opens it in a browser, grades without a network, "
        "and sends back the file that its download button writes."
    )
    st.write(words)
    with st.form("pack"):
        name = people.choose_person(workspace, say("Who grades it"))
        n = st.number_input(say("How many outputs"), 1, 5_000, 50)
        days = st.number_input(say("Days for which they are held for that person"), 1, 90, 3)
        if st.form_submit_button(say("Make a pack")):
            with shell.guard():
                pack = grading.make_pack(workspace, name, n=int(n), days=days)
            st.session_state[keys.PACK] = (f"pack-{name}-{pack.manifest.pack}.html", pack_page(pack))
    if keys.PACK in st.session_state:
        name, page = st.session_state[keys.PACK]
        label = say("Download {name}", name=plain(name))
        st.download_button(label, page, file_name=name, mime="text/html")
    _take_in(workspace)


def _take_in(workspace: Workspace) -> None:
    """What came back; once it is stored its file is not held any more, and what became of it is said."""
    results: list[list[str]] = st.session_state.setdefault(keys.PACKS_BACK, [])
    upload = st.file_uploader(
        say("Grades that came back"), type=["json"], key=f"{keys.PACKS_BACK}-{len(results)}"
    )
    if upload is not None:
        with shell.guard(), shell.file_of(upload) as file:
            lines = grading_lines.merged(grading.merge_pack(workspace, file))
            st.session_state[keys.PACKS_BACK] = [*results, [*lines]]
            telling.tell_anew(say("The grades of the pack are stored."))
    for merged, *refused in results[-1:]:
        st.success(plain(merged))
        for line in refused:
            st.text(line)


def show_rules(workspace: Workspace) -> None:
    """How outputs are handed out, and what is asked of people."""
    rules = workspace.project.rules
    with st.form("rules"):
        limits = _who_gets_what(rules)
        questions = _what_is_asked(workspace, rules)
        st.subheader(say("While people grade"))
        change = grading.RulesChange(
            deadline=str(st.date_input(say("Deadline"), rules.deadline) or "none"),
            contest=st.checkbox(say("Show everybody's counts while they grade"), rules.contest),
            thanks=st.checkbox(say("Thank people and show milestones on My progress"), rules.thanks),
            **limits,
            **questions,
        )
        if st.form_submit_button(say("Save")):
            with shell.guard():
                grading.change_rules(workspace, changed=change)
                telling.tell_anew(say("Saved; it holds from the next output on."))
    if rules.review:
        st.write(say("{n:,} outputs picked by hand come first.", n=len(rules.review)))
        if st.button(say("Return to the usual order")):
            with shell.guard():
                grading.review(workspace)
                telling.tell_anew(say("Saved; it holds from the next output on."))
    st.write(say("Reserved outputs are offered to nobody else until their time is up."))
    if st.button(say("Release everything that is reserved")):
        with shell.guard():
            freed = grading.release(workspace)
            st.success(say("{n:,} outputs are free again.", n=freed.n))


def _who_gets_what(rules: GradingRules) -> dict[str, Any]:
    st.subheader(say("Who gets what"))
    many = st.number_input(
        say("People on each output (0: everybody grades everything)"), 0, 100, rules.per_output or 0
    )
    pairs = st.checkbox(say("Plan which two grade each output, so that all meet"), rules.pairs)
    alike = st.checkbox(say("Grade near-identical outputs of one source in one go"), rules.alike)
    share = st.number_input(say("Percent shown again without notice"), 0, 50, round(100 * rules.repeat_share))
    return {"per_output": int(many), "pairs": pairs, "alike": alike, "repeat_share": share / 100}


def _what_is_asked(workspace: Workspace, rules: GradingRules) -> dict[str, Any]:
    st.subheader(say("What is asked"))
    criteria = st.checkbox(say("Ask for each accepted criterion too"), rules.ask_criteria)
    fields = st.checkbox(say("Ask for each field of a JSON output too"), rules.ask_fields)
    scale = st.text_area(
        say("Levels instead of pass and fail, the worst first, one on each line"), "\n".join(rules.scale)
    )
    passing = st.number_input(say("The lowest level that passes"), 2, 9, rules.passing_from)
    words = {"off": say("never"), "after": say("after the grade is given"), "first": say("before the grade")}
    shown = shell.choose(
        say("Show what the chosen judges say"), words, index=list(words).index(rules.suggestions)
    )
    return {
        "ask_criteria": criteria,
        "ask_fields": fields,
        "suggestions": shown,
        "scale": [line.strip() for line in scale.splitlines() if line.strip()],
        "passing_from": int(passing),
        "compare": _compared(workspace, rules),
    }


def _compared(workspace: Workspace, rules: GradingRules) -> tuple[str, ...]:
    """The two versions that are compared; nothing is asked where there are no two."""
    known = grading.versions(workspace)
    if len(known) < 2:
        return ()
    chosen = st.multiselect(
        say("Compare two versions"),
        list(known),
        [version for version in rules.compare or () if version in known],
        max_selections=2,
        placeholder=say("Choose"),
        format_func=lambda name: f"{name} ({known[name]:,})",
    )
    return tuple(chosen) if len(chosen) == 2 else ()
