"""Projects: make, find and describe them. Every other stage works inside one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, Noun, Output, Project, Role, Term, is_plain_name, now
from labelcore.operations import Effect, finder, operation
from labelcore.settings import settings
from labelcore.store import (
    Database,
    outputs as output_table,
    projects as overview_query,
    projects as project_table,
)
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_updating = threading.RLock()


class Overview(Frozen):
    """How far a project is along the loop, in counts. ``only_on_criteria``: of the graded outputs, those
    without a grade of the whole.
    """

    project: str
    outputs: int
    samples: int
    graded: int
    passes: int
    fails: int
    unsure: int
    annotators: int
    criteria_proposed: int
    criteria_accepted: int
    judges: int
    verdicts: int
    chosen: int
    only_on_criteria: int = 0

    @property
    def left(self) -> int:
        """How many outputs nobody has graded as a whole."""
        return self.outputs - self.graded + self.only_on_criteria


def open_project(db: Database, name: str, *, create: bool = True) -> Project:
    """The project of that name, made now if it does not exist.

    Raises:
        BadInput: the name is empty.
        NotFound: there is none and ``create`` is false.
    """
    name = name.strip()
    if not name:
        raise BadInput("A project needs a name.", next_step="Give one with --project NAME.")
    if found := project_table.by_name(db, name):
        return found
    if not create:
        names = [project.name for project in list_projects(db)] or Wording("none yet")
        raise NotFound(
            "There is no project '{name}' (there are: {known}).",
            next_step="Name one with --project NAME; an import begins a new one.",
            name=name,
            known=names,
        )
    # From the name, because the splits hash the id: the same file gives the same splits, criteria
    # and figures to everybody.
    project_id = f"project_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    project = Project(id=project_id, name=name)
    project_table.save(db, project)
    return project


def meant(projects: Iterable[Project], name_asked: str = "") -> str:
    """The name of the project that is meant: the named one, here or in the settings; else the only known one,
    where there is one alone.
    """
    if name := name_asked.strip() or settings().named_project:
        return name
    names = [project.name for project in projects]
    return names[0] if len(names) == 1 else settings().project


def opened_first(db: Database, role_in: Callable[[str], Role | None]) -> Project:
    """The project that opens where no address names one, made where there is none.

    It is the one that is meant, or of several, where no setting names one, the first shown one with outputs
    of those in which the visitor has a role.
    """
    projects = list_projects(db)
    name = meant(projects)
    if len(projects) < 2 or settings().named_project:
        return open_project(db, name)
    theirs = [project for project in projects if role_in(project.id)] or projects
    visible = [project for project in theirs if not project.settings.hidden] or theirs
    visible.sort(key=lambda project: project.name != name)
    return next((project for project in visible if output_table.count(db, project.id)), visible[0])


@operation("projects begin", role=Role.ENGINEER, effect=Effect.WRITES, project="none")
def begin(workspace: Workspace, name: str, *, task: str = "") -> Project:
    """Begin a new project; ``task`` says what its outputs are for, as judges are told.

    Raises:
        BadInput: the name is empty, or there is such a project.
    """
    if project_table.by_name(workspace.db, name.strip()):
        raise BadInput(
            "There is a project '{name}' already.", next_step="Choose another name.", name=name.strip()
        )
    project = open_project(workspace.db, name)
    if not task.strip():
        return project
    return update_project(workspace.with_project(project), task=task.strip())


def list_projects(db: Database) -> list[Project]:
    """Every project of the database, by name."""
    return project_table.all_of(db)


@operation("projects hide", role=Role.ENGINEER, effect=Effect.WRITES, project="none")
def hide(workspace: Workspace, name: str) -> Project:
    """Leave a project out of the list that people choose from; all of it is kept.

    Raises:
        BadInput: no other project would be left to choose.
        NotFound: there is no such project.
    """
    project = open_project(workspace.db, name, create=False)
    if not any(other.id != project.id for other in shown_projects(workspace.db)):
        raise BadInput(
            "'{name}' is the only project that is shown.",
            next_step="Begin another one first.",
            name=project.name,
        )
    return update_project(workspace.with_project(project), settings={"hidden": True})


@operation("projects show", role=Role.ENGINEER, effect=Effect.WRITES, project="none")
def show(workspace: Workspace, name: str) -> Project:
    """Bring a hidden project back into the list.

    Raises:
        NotFound: there is no such project.
    """
    project = open_project(workspace.db, name, create=False)
    return update_project(workspace.with_project(project), settings={"hidden": False})


@operation("projects noun", role=Role.ENGINEER, effect=Effect.WRITES)
def name_outputs(workspace: Workspace, *, one: str = "", several: str = "", zh: str = "") -> Noun:
    """Say what one output is called, in English (--one reply --several replies) and in Chinese (--zh 回复).

    Without any it is "output" again.

    Raises:
        BadInput: a name holds more than letters, digits, spaces and hyphens, or is too long.
    """
    names = [name.strip() for name in (one, several, zh)]
    for name in names:
        if not is_plain_name(name):
            raise BadInput(
                "An output cannot be called “{name}”.",
                next_step="A name is of letters, digits, spaces and hyphens, 30 of them at most.",
                name=name,
            )
    noun = Noun(one=names[0], several=names[1] or _plural(names[0]), zh=names[2])
    update_project(workspace, settings={"noun": noun.model_dump()})
    return noun


def _plural(name: str) -> str:
    if name.endswith("y") and name[-2:-1] not in set("aeiou"):
        return f"{name[:-1]}ies"
    return f"{name}{'es' if name.endswith(('s', 'x', 'z', 'ch', 'sh')) else 's'}" if name else ""


def shown_projects(db: Database) -> list[Project]:
    """The projects that are not hidden, by name."""
    return [project for project in list_projects(db) if not project.settings.hidden]


def update_project(workspace: Workspace, **changes: Any) -> Project:
    """Store a new state of a project; changes go into what is stored now, ``settings`` key by key."""
    with _updating:
        present = project_table.by_name(workspace.db, workspace.project.name) or workspace.project
        if "settings" in changes:
            changes["settings"] = present.settings.stored() | changes["settings"]
        before = present.model_dump(exclude={"settings"}) | {"settings": present.settings}
        new = Project.model_validate(before | changes | {"at": now()})
        project_table.save(workspace.db, new)
    return new


def has_terms(project: Project) -> bool:
    """Whether there is any term."""
    return bool(project.settings.glossary or project.glossary)


def terms(project: Project) -> list[Term]:
    """The project's terms, by name; those without a scope stand before those with one."""
    glossary = project.settings.glossary
    names = {term.term for term in glossary if not term.scope}
    older = [
        Term(term=term, meaning=meaning, at=project.at)
        for term, meaning in project.glossary.items()
        if term not in names
    ]
    return sorted([*older, *glossary], key=lambda term: (term.term, sorted(term.scope.items())))


@finder(Output)
def find_output(workspace: Workspace, word: str) -> Output:
    """An output by its id, by a unique beginning of it, or by the importer's id.

    Raises:
        NotFound: none is called so, or several are.
    """
    if output := output_table.get(workspace.db, word, workspace.project.id):
        return output
    raise NotFound(
        "No single output is named '{word}'.",
        next_step="`labelcore export outputs` lists the ids.",
        word=word,
    )


@operation("status", role=Role.EXPERT)
def overview(workspace: Workspace) -> Overview:
    """Say how far the project is along the loop; to an expert, passes and fails are those they gave."""
    project = workspace.project
    only_of = workspace.person if workspace.role is Role.EXPERT else None
    counts = overview_query.counts(workspace.db, project.id, only_of)
    return Overview(project=project.name, outputs=output_table.count(workspace.db, project.id), **counts)
