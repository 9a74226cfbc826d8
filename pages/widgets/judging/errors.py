"""Where the open judge and people differ: one output at a time, ruled by one key; each ruling leads on. And
what was ruled so far, with the gap in the specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from labelcore.judges.kinds import kind_of
from labelcore.messages import say
from labelcore.messages.catalogue import judge_words
from labelcore.messages.lines.refining.court import docket_words, outcome_words
from labelcore.models import CourtRuling, CourtValue, JudgeVersion
from labelcore.stages import judging, refining
from labelcore.stages.refining.outcomes import RulingOutcome, missing_in, outcomes
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import charts, keys, shell
from pages.widgets.judging import deciding
from pages.widgets.outputs import show_output, why_words
from pages.widgets.shell import plain


def words() -> dict[CourtValue, str]:
    """What each ruling says, in the order of their keys."""
    return {
        "judge_wrong": say("Judge wrong"),
        "person_wrong": say("Expert wrong"),
        "criterion_unclear": say("Criterion unclear"),
        "context_missing": say("Context missing"),
    }


def show(workspace: Workspace, judge: JudgeVersion, docket: refining.Docket) -> None:
    """The last ruling with what it starts, what became of earlier ones, then the next conflict."""
    waiting = [conflict for conflict in docket.conflicts if conflict.ruling is None]
    _show_last(workspace, docket)
    show_standing(outcomes(workspace, judge=judge).rulings)
    if waiting:
        conflict = waiting[0]
        progress = say("1 of {n} to rule on", n=len(waiting))
        shell.aside(
            say("{words}. {more}", words=progress, more=_sealed(docket)) if docket.sealed else progress
        )
        show_conflict(workspace, conflict)
        _ask(workspace, conflict)
    elif docket.conflicts:
        st.write(say("All {n} are ruled on.", n=len(docket.conflicts)))
    else:
        st.write(say("It differs from people on no graded output."))
    if docket.sealed and not waiting:
        shell.aside(_sealed(docket))


def show_standing(rulings: Sequence[RulingOutcome]) -> None:
    """How many outputs are on the list to mend, and how many were mended."""
    mend = sum(outcome.to_mend for outcome in rulings)
    mended = sum(outcome.state == "mended" for outcome in rulings)
    if mend or mended:
        words = say(
            "On its list to mend: {n}. Mended since they were ruled on: {mended}.", n=mend, mended=mended
        )
        shell.aside(words)


def _sealed(docket: refining.Docket) -> str:
    return say("{n} graded outputs of the sealed test are left out: nobody may fit to them.", n=docket.sealed)


def show_conflict(workspace: Workspace, conflict: refining.CourtCase) -> None:
    """The person's word and the judge's side by side, then the output."""
    grid = st.grid(2, min_column_width=180)
    with grid.cell():
        passed = conflict.human_pass
        st.markdown(f"**{say('People passed it') if passed else say('People failed it')}**")
        for note in conflict.notes:
            st.text(note)
        if not conflict.notes:
            shell.aside(say("without a note"))
    with grid.cell():
        passed = conflict.decision.value == "pass"
        st.markdown(f"**{say('The judge passes it') if passed else say('The judge fails it')}**")
        st.text(why_words(workspace, conflict.judge, conflict.output, conflict.decision))
    show_output(conflict.output, height=260)


def _ask(workspace: Workspace, conflict: refining.CourtCase) -> None:
    if not workspace.person:
        shell.ask_name()
        return
    place = f"{conflict.output.id}-{conflict.judge.id}"
    reason = st.text_input(say("Why (if you like)"), key=f"why-{place}", max_chars=500)
    with st.container(horizontal=True):
        for number, (value, label) in enumerate(words().items(), 1):
            # A key for each: a press that comes late finds no button, and rules on nothing.
            if st.button(label, key=f"rule-{value}-{place}", shortcut=str(number)):
                with shell.guard():
                    refining.decide(workspace, conflict.output.id, value, judge=conflict.judge, reason=reason)
                st.session_state[keys.RULED] = (conflict.output.id, conflict.judge.id)
                shell.again()


def _show_last(workspace: Workspace, docket: refining.Docket) -> None:
    last = st.session_state.get(keys.RULED)
    for conflict in docket.conflicts:
        if conflict.ruling and (conflict.output.id, conflict.judge.id) == last:
            with st.container(border=True):
                st.write(say("Ruled: {ruling}.", ruling=words()[conflict.ruling.value]))
                with st.container(horizontal=True):
                    lead_on(conflict.ruling.value, conflict)
                    take_back(workspace, conflict.judge, conflict.output.id)


def lead_on(value: CourtValue, conflict: refining.CourtCase) -> None:
    """What a ruling starts, as a button that goes there."""
    output, criterion = conflict.output, conflict.criterion
    if value == "context_missing":
        _name_missing(missing_in(output))
    lead = RulingLead(value, conflict.judge, output.id, criterion.id if criterion else "")
    lead.offer()


@dataclass(frozen=True)
class RulingLead:
    """Where a ruling leads. ``edited``: the criterion was edited since."""

    value: CourtValue
    judge: JudgeVersion
    output_id: str
    criterion_id: str = ""
    edited: bool = False

    def offer(self) -> None:
        """A button that goes there."""
        words = {
            "judge_wrong": self._change(),
            "person_wrong": say("Ask this expert again"),
            "criterion_unclear": say("Grade it again") if self.edited else say("Open this criterion"),
            "context_missing": say("Bring in what is missing"),
        }
        note = say("It is first on the Grade page now; no grade was changed.")
        help_words = note if self.value == "person_wrong" else None
        key = f"next-{self.output_id}-{self.judge.id}"
        if st.button(words[self.value], key=key, type="primary", help=help_words):
            self._go()

    def _change(self) -> str:
        """What is done to a judge that is wrong: a detector has nothing to edit."""
        if deciding.has_prompt(self.judge):
            return say("Edit this judge")
        if kind_of(self.judge).limit:
            return say("Move its limit")
        if deciding.is_code(self.judge):
            return say("Edit this check") if deciding.source_of(self.judge) else say("Write a check instead")
        return say("How this judge is changed")

    def _go(self) -> None:
        if self.value == "judge_wrong":
            deciding.open_editor(self.judge, self.output_id)
        elif self.value == "criterion_unclear":
            view = "drift" if self.edited else "edit"
            shell.open_at("4_deriving.py", **{keys.CRITERION: self.criterion_id, keys.CRITERIA_VIEW: view})
        else:
            shell.open_at("3_grading.py" if self.value == "person_wrong" else "1_importing.py")


def _name_missing(missing: Sequence[str]) -> None:
    if missing:
        st.write(say("The output came without: {names}.", names=[say(name) for name in missing]))


def take_back(workspace: Workspace, judge: JudgeVersion, output_id: str) -> None:
    """A button that withdraws the ruling on a conflict that stands."""
    if st.button(say("Take it back"), key=f"back-{output_id}-{judge.id}"):
        with shell.guard():
            refining.decide(workspace, output_id, "withdrawn", judge=judge)
        st.session_state.pop(keys.RULED, None)
        shell.again()


def ruling_line(ruling: CourtRuling, judge: str) -> str:
    """A ruling with its reason and who ruled, for places that read Markdown."""
    values = {"ruling": words()[ruling.value], "author": ruling.author, "judge": judge_words(judge)}
    reason = f": {ruling.reason}" if ruling.reason else ""
    return plain(say("{ruling} ({judge}), by {author}", **values) + reason)


_PAGE = 5


def show_rulings(workspace: Workspace) -> None:
    """Of the judges in use, or of all where none is chosen."""
    docket = refining.docket(workspace)
    st.subheader(say("Rulings so far"))
    st.write(plain(docket_words(docket)))
    _show_gaps(docket)
    rulings = outcomes(workspace).rulings
    judges = {version.judge_id: version for version in judging.active_judges(workspace)}
    outputs = output_table.many(workspace.db, [outcome.ruling.output_id for outcome in rulings])
    for outcome in shell.page_of(rulings, _PAGE, "rulings") if rulings else ():
        line = ruling_line(outcome.ruling, outcome.judge)
        with st.expander(f"{line} · {plain(outcome_words(outcome))}"):
            if output := outputs.get(outcome.ruling.output_id):
                show_output(output, height=200)
            if judge := judges.get(outcome.ruling.judge_id):
                _lead_on(workspace, outcome, judge)


def _lead_on(workspace: Workspace, outcome: RulingOutcome, judge: JudgeVersion) -> None:
    ruling = outcome.ruling
    edited = outcome.state == "criterion edited"
    lead = RulingLead(ruling.value, judge, ruling.output_id, judge.criterion_id or "", edited)
    with st.container(horizontal=True):
        if outcome.state not in {"mended", "grade changed"}:
            lead.offer()
        if outcome.state in {"differs", "waiting"}:
            take_back(workspace, judge, ruling.output_id)


def _show_gaps(docket: refining.Docket) -> None:
    """How often each criterion was found unclear."""
    gaps = [gap for gap in docket.gaps if gap.unclear.n]
    if not gaps:
        return
    charts.intervals(
        say("Share of rulings that find the criterion unclear, 95% intervals"),
        [say(gap.criterion) for gap in gaps],
        {say("criterion unclear"): [gap.unclear for gap in gaps]},
        key="court-gaps",
    )
    columns = words()
    shell.table(
        [
            {say("criterion"): say(gap.criterion), say("open"): gap.open}
            | {label: gap.ruled[value] for value, label in columns.items()}
            for gap in docket.gaps
        ]
    )
