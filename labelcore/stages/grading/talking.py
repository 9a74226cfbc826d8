"""Talk about outputs that people graded: comments to and fro, who is mentioned, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput, NotAllowed
from labelcore.models import EVERY_PROJECT, Comment, Criterion, Frozen, Notice, Role, name_key, new_id
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import notifying, projects
from labelcore.stages.grading.calibrating import rounds_of
from labelcore.stages.grading.relooking import Subject, hidden_from
from labelcore.stages.grading.settling import Conflict, gathered, subjects
from labelcore.store import calibrations, golds, grade_counts, settling
from labelcore.store.live import live
from labelcore.store.people import present_key, register
from labelcore.workspace import Workspace

_LONGEST = 5_000
_AT = re.compile(r"(?<![\w.@-])@(?=\S)")


class Mentions(Frozen):
    """How often a person is mentioned and has not answered or read it; ``hidden``: on outputs of which they
    may not see yet what others say, or that are gold.
    """

    open: int
    hidden: int


@operation("team comment", role=Role.EXPERT, effect=Effect.APPENDS, signed=True)
def comment(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    text: Annotated[str, Metavar("TEXT")],
    *,
    criterion: Annotated[Criterion | None, Field(description="About this criterion.")] = None,
) -> Comment:
    """Say something of an output that you graded; "@name" shows it to that person where they look next.

    Raises:
        BadInput: there are no words, too many, or people still grade it blind in a calibration round.
        NotAllowed: you have not graded it, or are to look at it again without seeing what others say.
    """
    words = text.strip()
    if not words or len(words) > _LONGEST:
        raise BadInput("A comment has 1 to {most:,} characters.", most=_LONGEST)
    output_id = projects.find_output(workspace, output).id
    _check_sees(workspace, output_id)
    text_comment = Comment(
        id=new_id("comment"),
        project_id=workspace.project.id,
        output_id=output_id,
        criterion_id=criterion.id if criterion else None,
        text=words,
        mentions=mentioned(workspace, words),
        author=workspace.person,
    )
    settling.save(workspace.db, text_comment)
    for who in text_comment.mentions:  # who may not read it yet is told that there is something, not what
        may_read = _may_read(workspace.by(who), output_id)
        notifying.mention(workspace, output_id, who, words=words if may_read else "")
    return text_comment


@operation("team seen", role=Role.EXPERT, effect=Effect.APPENDS, signed=True)
def mark_seen(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    *,
    criterion: Annotated[Criterion | None, Field(description="About this criterion.")] = None,
) -> Comment:
    """Say that you have read what was said to you of an output.

    Raises:
        NotAllowed: you have not graded it, or are to look at it again without seeing what others say.
    """
    output_id = projects.find_output(workspace, output).id
    _check_sees(workspace, output_id)
    subject = criterion.id if criterion else None
    place = {"project_id": workspace.project.id, "output_id": output_id, "criterion_id": subject}
    reading = Comment(id=new_id("comment"), seen=True, author=workspace.person, **place)
    settling.save(workspace.db, reading)
    return reading


def _check_sees(workspace: Workspace, output_id: str) -> None:
    """Who grades sees what others say of an output once they have graded it, and while they are not to look
    again by themselves.
    """
    if output_id in calibrations.unrevealed(workspace.db, workspace.project.id):
        raise BadInput(
            "People grade this output blind: its round is not revealed.", next_step="Wait for your team lead."
        )
    is_known = _has_graded(workspace, output_id) or _is_in_round(workspace, output_id)
    if not is_known and not workspace.role.includes(Role.LEAD):
        raise NotAllowed("You have not graded this output.", next_step="Grade it first.")
    if output_id in hidden_from(workspace):
        raise NotAllowed(
            "You are asked to look at this output again by yourself.", next_step="Grade it again first."
        )


def _has_graded(workspace: Workspace, output_id: str) -> bool:
    state = live(workspace.db, workspace.project.id)
    grade = state.graded(workspace.person).get(output_id)
    return bool(grade and grade[1] != "skipped") or bool(state.with_parts(workspace.person, [output_id]))


def _is_in_round(workspace: Workspace, output_id: str) -> bool:
    """Whether a person sees what others say of an output in a calibration round."""
    return any(output_id in outputs for outputs in rounds_of(workspace).values())


def mentioned(workspace: Workspace, text: str) -> tuple[str, ...]:
    """The people of the project whose names stand behind an @, the longest name that fits."""
    people = {name_key(name): name for name in _known_people(workspace)}
    longest = sorted(people, key=len, reverse=True)
    names: dict[str, None] = {}
    for at in _AT.finditer(text):
        rest = text[at.end() :].casefold()
        name = next((key for key in longest if key and rest.startswith(key)), None)
        if name:
            names[people[name]] = None
    return tuple(names)


def _known_people(workspace: Workspace) -> list[str]:
    """Who graded here or takes part in a round, said something of an output, or is a member, by name."""
    place = workspace.db, workspace.project.id
    people = {tally.annotator for tally in grade_counts.tallies(*place)}
    people |= {remark.author for remark in settling.comments(*place)}
    people |= {sent.author for sent in settling.relooks(*place)}
    for row in calibrations.current(*place):
        people |= {*row.people, *(grade.annotator for grade in calibrations.grades_of(workspace.db, row))}
    everybody = register(workspace.db)
    people |= {
        person.name
        for person in everybody.present
        if workspace.project.id in everybody.roles.get(person.person_id, {})
    }
    return sorted(people - {""}, key=str.casefold)


def open_mentions(workspace: Workspace) -> dict[Subject, Comment]:
    """What mentions this person and was not answered or read by them, the newest of each subject."""
    mine = name_key(workspace.person)
    by_subject: dict[Subject, Comment] = {}
    for remark in settling.comments(workspace.db, workspace.project.id):
        subject = (remark.output_id, remark.criterion_id)
        if name_key(remark.author) == mine:
            by_subject.pop(subject, None)
        elif mine in {present_key(workspace.db, who) for who in remark.mentions}:
            by_subject[subject] = remark
    return by_subject


def mentions(workspace: Workspace) -> Mentions:
    """Whether somebody wants something of this person."""
    waiting = open_mentions(workspace)
    if not waiting:
        return Mentions(open=0, hidden=0)
    ids = [output_id for output_id, _ in waiting if _may_read(workspace, output_id)]
    return Mentions(open=len(waiting), hidden=len(waiting) - len(ids))


def _may_read(workspace: Workspace, output_id: str) -> bool:
    is_shown = _has_graded(workspace, output_id) and output_id not in _untold(workspace)
    return is_shown or _is_in_round(workspace, output_id)


def is_told_to_all(workspace: Workspace, output_id: str) -> bool:
    """Whether nobody is left who is to grade an output without knowing what is said of it; who leads, and who
    said something of it, knows already.
    """
    place, everybody = (workspace.db, workspace.project.id), register(workspace.db)
    knowing = {remark.author for remark in settling.comments(*place) if remark.output_id == output_id}
    for person in everybody.present:
        roles = everybody.roles.get(person.person_id, {})
        role = roles.get(workspace.project.id) or roles.get(EVERY_PROJECT)
        knowing |= {person.name} if role and role.includes(Role.LEAD) else set()
    return all(
        _may_read(workspace.by(who), output_id) for who in _known_people(workspace) if who not in knowing
    )


def _untold(workspace: Workspace) -> set[str]:
    """The outputs of which a person does not read what others say, though they graded them."""
    return hidden_from(workspace) | golds.current(workspace.db, workspace.project.id).keys()


def readable(workspace: Workspace, notices: Iterable[Notice]) -> list[Notice]:
    """Notices with the words of those comments only that the person may read now."""
    return [
        notice
        if not notice.words or _may_read(workspace, notice.output_id)
        else notice.model_copy(update={"words": ""})
        for notice in notices
    ]


@operation("team talk", role=Role.EXPERT, listed_as="outputs")
def talk(
    workspace: Workspace,
    *,
    to_me: Annotated[bool, Field(description="Only where you are mentioned and have not answered.")] = False,
) -> list[Conflict]:
    """Show what was settled or is talked about of the outputs that you graded, with what everybody gave.

    What you have not graded, or are to look at again by yourself, is not shown, nor what is gold.
    """
    to_me_now = open_mentions(workspace)
    hidden = _untold(workspace)
    mine = name_key(workspace.person)
    among = {
        key: grades
        for key, grades in subjects(workspace).items()
        if key[0] not in hidden
        and _has_graded(workspace, key[0])
        and (key in to_me_now or (not to_me and mine in {name_key(grade.annotator) for grade in grades}))
    }
    items = [item for item in gathered(workspace, among) if item.ruling or item.comments or item.relooks]
    return sorted(
        items, key=lambda item: (item.output.id, item.criterion and item.criterion.id) not in to_me_now
    )


def beside_rounds(workspace: Workspace, talk: Iterable[Conflict]) -> list[Conflict]:
    """What of a talk does not stand with a revealed round of this person: it was settled, or began before."""
    revealed = {row.number: row.at for row in calibrations.current(workspace.db, workspace.project.id)}
    since: dict[str, datetime] = {}
    for number, outputs in rounds_of(workspace).items():
        since |= dict.fromkeys(outputs, revealed[number])  # the newest first: the oldest stays
    return [
        row
        for row in talk
        if row.ruling
        or row.output.id not in since
        or any(remark.at < since[row.output.id] for remark in row.comments)
    ]
