"""Judges that were made before something changed: why they are stale, and a new version in one step.

An LLM judge holds the wording of its criterion and the glossary in its specification, whose hash is
its version: all verdicts of a version come from one prompt. So what changes outside does not reach
it; it becomes stale, and refreshing it makes the next version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.judges import llm_judge, panel
from labelcore.judges.identity import version_id
from labelcore.judges.script_judge import is_script
from labelcore.models import Criterion, JudgeVersion, Project, Term, now
from labelcore.stages import projects
from labelcore.stages.deriving import find_criterion, glossary
from labelcore.stages.deriving.meaning import same_meaning
from labelcore.stages.judging.keeping.finding import active_judges, find_judge
from labelcore.store import Database
from labelcore.store import criteria as criterion_table
from labelcore.store import judges as judge_table

MEANING = "the criterion changed its meaning"
GLOSSARY = "the glossary changed"
_NAMED = 5


class Staleness:
    """Why judges are stale, with what must be read for it kept."""

    def __init__(self, db: Database, project: Project) -> None:
        self._db = db
        self._terms = glossary.terms(projects.open_project(db, project.name))
        self._same: dict[str, set[int]] = {}

    def reasons(self, version: JudgeVersion) -> tuple[str, ...]:
        """What changed since a judge was made, in words; () where nothing did."""
        found = [MEANING] if self._changed(version) else []
        names = sorted({name for spec in _prompts(version) for name in changed_terms(spec, self._terms)})
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            found.append(f"{GLOSSARY} ({', '.join(names[:_NAMED])}{more})")
        return tuple(found)

    def _changed(self, version: JudgeVersion) -> bool:
        if version.criterion_id is None or version.criterion_version is None:
            return False
        if version.criterion_id not in self._same:
            history = criterion_table.history(self._db, version.criterion_id)
            self._same[version.criterion_id] = same_meaning(history)
        same = self._same[version.criterion_id]
        return bool(same) and version.criterion_version not in same


def changed_terms(spec: Mapping[str, Any], terms: Sequence[Term]) -> set[str]:
    """The terms that a prompt has and the glossary has not, or with other meanings or scopes."""
    before, after = _meanings(spec["glossary"]), _meanings(_glossary_spec(spec, terms))
    return {name for name, _ in before ^ after}


def _meanings(kept: Any) -> set[tuple[str, str]]:
    """(term, meaning with scope), from either form of a glossary in a specification."""
    if isinstance(kept, Mapping):
        return {(term, f"{meaning}|[]") for term, meaning in kept.items()}
    return {(term["term"], f"{term['meaning']}|{sorted(term.get('scope', {}).items())}") for term in kept}


def _glossary_spec(spec: Mapping[str, Any], terms: Sequence[Term]) -> Any:
    empty = Criterion(id="", project_id="", version=1, name="", statement="")
    return llm_judge.make_spec(empty, str(spec.get("model", "")), terms)["glossary"]


def _prompts(version: JudgeVersion) -> list[Mapping[str, Any]]:
    """The specifications that hold a prompt: of an LLM judge, or of each member of a panel."""
    if version.kind != "llm":
        return []
    return panel.members(version.spec)


def refresh(
    db: Database, project: Project, versions: Sequence[JudgeVersion], *, author: str = ""
) -> list[JudgeVersion]:
    """The next versions of the LLM judges among these that are stale, stored; others are left alone.

    They have the present glossary and the present wording of their criteria; their examples, model
    and endpoint stay. Verdicts of the earlier versions stay theirs.
    """
    stale = Staleness(db, project)
    made = [
        _refreshed(db, project, version, author)
        for version in versions
        if version.kind == "llm" and stale.reasons(version)
    ]
    judge_table.save(db, made)
    return made


def refresh_one(db: Database, project: Project, version: JudgeVersion, *, author: str = "") -> JudgeVersion:
    """The next version of one stale LLM judge.

    Raises:
        BadInput: it is no LLM judge, or not stale.
    """
    if version.kind == "imported":
        raise BadInput(
            f"The verdicts of {version.name} were imported, so it cannot be refreshed.",
            next_step="Import the other tool's new verdicts.",
        )
    if is_script(version.spec):
        raise BadInput(
            f"{version.name} is written by hand; no prompt of it could be refreshed.",
            next_step="`labelcore judge add` stores its next version.",
        )
    if version.kind != "llm":
        raise BadInput(
            f"{version.name} is fitted to grades; no prompt of it could be refreshed.",
            next_step="`labelcore judge propose` fits judges anew.",
        )
    made = refresh(db, project, [version], author=author)
    if not made:
        raise BadInput(f"{version.name} is up to date.", next_step="`labelcore judge run` runs it.")
    return made[0]


def _refreshed(db: Database, project: Project, old: JudgeVersion, author: str) -> JudgeVersion:
    criterion = find_criterion(db, project, old.criterion_id) if old.criterion_id else None
    terms = glossary.terms(projects.open_project(db, project.name))
    spec: dict[str, Any] = {key: value for key, value in old.spec.items() if key != "again"}
    if panel.is_panel(spec):
        spec["panel"] = [_with_present(member, criterion, terms) for member in spec["panel"]]
    else:
        spec = _with_present(spec, criterion, terms)
    known = {version.id for version in judge_table.history(db, old.judge_id)}
    number = 1
    while (own_id := version_id(project.id, old.criterion_id, old.kind, spec)) in known:
        # What changed was changed back; the newest version must be the newest all the same.
        number += 1
        spec = spec | {"again": number}
    description = old.description
    if criterion and (statement := str(_prompts(old)[0].get("statement", ""))):
        description = description.replace(statement, criterion.statement)
    return old.model_copy(
        update={
            "id": own_id,
            "version": old.version + 1,
            "spec": spec,
            "description": description,
            "criterion_version": criterion.version if criterion else None,
            "author": author,
            "at": now(),
        }
    )


def _with_present(
    spec: Mapping[str, Any], criterion: Criterion | None, terms: Sequence[Term]
) -> dict[str, Any]:
    present = {"glossary": _glossary_spec(spec, terms)}
    if criterion:
        present |= {"name": criterion.name, "statement": criterion.statement}
    return {**spec, **present}


def refresh_judges(
    db: Database, project: Project, judge: str | None = None, *, author: str = ""
) -> list[JudgeVersion]:
    """Make the next versions of all stale LLM judges, or of one: with the glossary and the wording
    of now. Their verdicts are to be had by running them.

    Raises:
        NotFound: there is no such judge.
        BadInput: the one that is named is no LLM judge, or not stale.
    """
    if judge:
        return [refresh_one(db, project, find_judge(db, project, judge), author=author)]
    return refresh(db, project, active_judges(db, project), author=author)
