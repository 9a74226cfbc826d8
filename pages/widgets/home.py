"""What Home shows: where the project stands for the person who looks and what is next for them, by role; an
invitation, what one output is called, and the sample project out of the way.
"""

import streamlit as st

from labelcore.messages import say, sentence
from labelcore.messages.catalogue import calling, counted
from labelcore.messages.lines.assigning import waiting_words
from labelcore.messages.lines.reporting import graded_words, next_words
from labelcore.messages.versions import version_sentence, versions_in_short
from labelcore.models import Noun, Project, Role
from labelcore.settings import settings
from labelcore.stages import grading, projects
from labelcore.stages.reporting.comparing import newest_versions
from labelcore.stages.reporting.effort import progress
from labelcore.workspace import Workspace
from pages.widgets import address, keys, next_step, people, shell
from pages.widgets.menu import FIRST, ROLES
from pages.widgets.shell import plain


def show_standing(workspace: Workspace) -> None:
    """One sentence and one button."""
    with st.container(border=True):
        if shell.role(workspace.role) is Role.EXPERT:
            _show_to_expert(workspace)
        else:
            _show_answer(workspace)


def _show_to_expert(workspace: Workspace) -> None:
    if not workspace.person:
        shell.ask_name()
        return
    person = progress(workspace)
    st.subheader(
        plain(waiting_words(person.waiting)[0])
        if person.waiting
        else counted(
            "1 output is waiting for your grade", "{n:,} outputs are waiting for your grade", n=person.left
        )
    )
    st.write(plain(graded_words(person)))
    for words in next_words(person):
        st.write(plain(words))
    if not person.waiting and st.button(say("Grade"), type="primary", key="next-step"):
        shell.open_at("3_grading.py")
    shell.go("3_progress.py", "What your notes became")


def _show_answer(workspace: Workspace) -> None:
    """The number in a sentence; a manager goes on to the results, an engineer to the work that is next."""
    trust = next_step.work_out(workspace)
    next_step.show_badge(trust)
    st.subheader(plain(sentence(trust.headline)))
    if versions := newest_versions(workspace):
        st.write(plain(version_sentence(versions_in_short(versions))))
    next_step.offer(workspace, trust.action)
    if trust.outputs:
        shell.go("6_results.py", "Why, and what fails most")
    if shell.role(workspace.role) is Role.LEAD:
        _show_conflicts(workspace)


def _show_conflicts(workspace: Workspace) -> None:
    """What only a lead can do next."""
    if n := len(grading.conflicts(workspace, filters=grading.ConflictFilters(state="open"))):
        st.write(
            counted(
                "People differ in one place, and nobody has settled it.",
                "People differ in {n:,} places, and nobody has settled them.",
                n=n,
            )
        )
        tab = {f"{keys.TEAM}-{shell.language()}": say("Conflicts")}
        shell.go_to("3_team.py", say("Settle where people disagree"), tab)


def offer_hiding(workspace: Workspace) -> None:
    """One press, where there is another project to work in."""
    known = projects.list_projects(workspace.db)
    sample = next((project for project in known if project.settings.sample), None)
    others = [project.name for project in known if project != sample and not project.settings.hidden]
    if sample is None or not others or not workspace.may_everywhere(Role.ENGINEER):
        return
    label = say("Show the sample project") if sample.settings.hidden else say("Hide the sample project")
    help_ = None if sample.settings.hidden else say("Nothing is lost; it can be shown again here.")
    st.button(label, help=help_, on_click=_switch, args=(workspace, sample, others[0]))


def _switch(workspace: Workspace, sample: Project, other: str) -> None:
    """Who stands in the sample when it is hidden goes on in another project."""
    hides = not sample.settings.hidden
    with shell.guard():
        (projects.hide if hides else projects.show)(shell.as_now(workspace), sample.name)
    if hides and st.session_state.get(keys.PROJECT) == sample.name:
        st.session_state[keys.PROJECT] = other


def offer_noun(workspace: Workspace) -> None:
    """Its forms in both languages; without any it is an output again."""
    noun = workspace.project.settings.noun
    with calling(Noun()):
        label = say("What one output is called")
    with (
        st.popover(label, icon=":material/label:"),
        st.form(f"{keys.NOUN}-{workspace.project.id}", border=False),
    ):
        st.write(say("The pages and the report call it so."))
        one = st.text_input(say("One, in English"), noun.one)
        several = st.text_input(say("Several, in English"), noun.several)
        zh = st.text_input(say("In Chinese"), noun.zh)
        if st.form_submit_button(say("Save")):
            with shell.guard():
                projects.name_outputs(workspace, one=one, several=several, zh=zh)
            st.rerun()


def offer_invitation(workspace: Workspace) -> None:
    """A name and a role give the link; the copy button is the code block's. Where people sign in it is theirs
    alone.
    """
    if not workspace.role.includes(Role.LEAD):
        return
    with st.popover(say("Invite someone"), icon=":material/person_add:"):
        if settings().sign_in:
            people.invite(workspace)
            return
        person = st.text_input(
            say("Their name"), key=keys.INVITED, help=say("Their grades will carry this name.")
        )
        faces = {role: say(ROLES[role]) for role in (Role.EXPERT, Role.LEAD, Role.MANAGER, Role.ENGINEER)}
        chosen = shell.choose(say("Their role"), faces, key=keys.INVITED_AS)
        st.write(say("Send this link:"))
        st.code(address.invitation(FIRST[chosen], person, chosen), language=None, wrap_lines=True)
        if address.is_only_here():
            st.caption(say("This link works on this machine only: serve with --address to let others in."))
