"""Which outputs are meant: a filter, and its condition in SQL over the rows of ``output``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from labelcore.models import Frozen, SplitName, VerdictValue
from labelcore.store import criteria as criterion_table
from labelcore.store.connection import Database
from labelcore.store.outputs import COLUMNS, pointer
from labelcore.store.splits import split_sql

Answer = TypeVar("Answer")
GradeFilter = Literal["pass", "fail", "unsure", "none"]
VerdictFilter = VerdictValue | Literal["none"]
_SEARCHED = (
    "text",
    "input",
    "context",
    "CASE WHEN len(conversation) > 2 THEN "
    "array_to_string(json_extract_string(conversation, '$[*].content'), chr(10)) ELSE '' END",
)
_MATCHES = "regexp_matches({}, regexp_escape($search), 'i')"
_OVERALL = (
    "SELECT output_id FROM grade_current WHERE project_id = $project "
    "AND criterion_id IS NULL AND field IS NULL AND value {} AND annotator = coalesce($by, annotator)"
)
_ON_CRITERION = (
    "SELECT output_id FROM grade_current WHERE project_id = $project AND criterion_id = $criterion "
    f"AND list_contains($given, value) AND {criterion_table.PRESENT}"
)
_NOT_BLIND = " AND (annotator = $reader OR NOT list_contains($blind, output_id))"
_EVER = "SELECT output_id FROM verdict WHERE judge_version_id = $judge{n} AND repeat = 0{value}"
_MOST_KEPT = 200


class Filter(Frozen):
    """All of these must hold; empty ones leave nothing out.

    ``search``: within input, output, context, conversation and notes, in any case. ``fields``: a field or
    metadata key has one of these values, '' where it is missing. ``grade``: somebody gave it to the whole
    output, or ``by`` did; none: nobody gave pass, fail or unsure. ``on_criterion``: a criterion's id and
    the grade that somebody gave on its present meaning. ``verdicts``: by judge version. ``among``: these
    outputs only. ``blind``: of these outputs only grades and notes of the ``reader`` are read.
    """

    search: str = ""
    fields: Mapping[str, tuple[str, ...]] = {}
    grade: GradeFilter | None = None
    by: str | None = None
    on_criterion: tuple[str, GradeFilter] | None = None
    verdicts: Mapping[str, VerdictFilter] = {}
    batch: str | None = None
    split: SplitName | None = None
    among: tuple[str, ...] | None = None
    blind: tuple[str, ...] = ()
    reader: str = ""


class Condition(Frozen):
    """A condition over the rows of ``output``, and its parameters. ``plain``: it leaves no row out."""

    sql: str
    parameters: dict[str, Any]
    plain: bool = False


def condition(db: Database, project_id: str, selection: Filter) -> Condition:
    """The SQL of a filter; rows that repeat an output are left out."""
    parameters: dict[str, Any] = {"project": project_id}
    parts = [*_once(db, project_id, parameters), *_parts(db, selection, parameters)]
    sql = " AND ".join(f"({part})" for part in ("project_id = $project", *parts))
    return Condition(sql=sql, parameters=parameters, plain=not parts)


def value_sql(name: str, parameters: dict[str, Any], key: str) -> str:
    """SQL for a field or metadata key; its parameter, if any, is put into ``parameters`` under ``key``."""
    if name in COLUMNS:
        return f"coalesce({name}, '')"
    parameters[key] = pointer(name)
    return f"coalesce(json_extract_string(metadata, ${key}), '')"


def _parts(db: Database, selection: Filter, parameters: dict[str, Any]) -> Iterator[str]:
    if selection.among is not None:
        parameters["among"] = list(selection.among)
        yield "output_id IN (SELECT unnest($among))"
    if selection.batch is not None:
        parameters["batch"] = selection.batch
        yield "batch_id = $batch"
    for at, (name, values) in enumerate(selection.fields.items()):
        parameters[f"values{at}"] = list(values)
        yield f"list_contains($values{at}, {value_sql(name, parameters, f'path{at}')})"
    if selection.grade or selection.by is not None:
        yield _graded(selection, parameters)
    if selection.on_criterion:
        parameters["meant"] = criterion_table.meant(db, parameters["project"])
        yield _graded_on(selection.on_criterion, _seen(selection, parameters), parameters)
    for at, (judge, value) in enumerate(selection.verdicts.items()):
        parameters[f"judge{at}"] = judge
        yield _judged(at, value)
    if selection.split:
        parameters["split"] = selection.split
        yield f"{split_sql(db, parameters['project'])} = $split"
    if selection.search:
        parameters["search"] = selection.search
        texts = " OR ".join(_MATCHES.format(text) for text in _SEARCHED)
        noted = f"SELECT output_id FROM grade_current WHERE project_id = $project AND {_MATCHES}"
        yield f"{texts} OR output_id IN ({noted.format('note')}{_seen(selection, parameters)})"


def _seen(selection: Filter, parameters: dict[str, Any]) -> str:
    """What leaves out grades that are hidden from the reader."""
    if not selection.blind:
        return ""
    parameters.update(blind=list(selection.blind), reader=selection.reader)
    return _NOT_BLIND


def _graded(selection: Filter, parameters: dict[str, Any]) -> str:
    parameters["by"] = selection.by
    unhidden = _seen(selection, parameters)
    if selection.grade in {None, "none"}:
        among = _OVERALL.format("IN ('pass', 'fail', 'unsure')")
        return f"output_id {'NOT ' if selection.grade else ''}IN ({among}{unhidden})"
    parameters["grade"] = selection.grade
    return f"output_id IN ({_OVERALL.format('= $grade')}{unhidden})"


def _graded_on(asked: tuple[str, GradeFilter], unhidden: str, parameters: dict[str, Any]) -> str:
    parameters["criterion"], grade = asked
    parameters["given"] = ["pass", "fail", "unsure"] if grade == "none" else [grade]
    return f"output_id {'NOT ' if grade == 'none' else ''}IN ({_ON_CRITERION}{unhidden})"


def _judged(at: int, value: str) -> str:
    if value == "none":
        return f"output_id NOT IN ({_EVER.format(n=at, value='')})"
    return f"output_id IN ({_EVER.format(n=at, value=f' AND value = {value!r}')})"


def _once(db: Database, project_id: str, parameters: dict[str, Any]) -> Iterator[str]:
    """Two imports at the same moment may store an output twice: the later row is left out.

    That is looked up once for each state of the table: half a second for a million outputs.
    """
    again = kept(db, project_id, "again", lambda: _repeated(db, project_id))
    if again:
        parameters["again"] = again
        yield "rowid NOT IN (SELECT unnest($again))"


def kept(db: Database, project_id: str, question: str, read: Callable[[], Answer]) -> Answer:
    """The answer to a question about the outputs, read again only after some came, went or were moved: behind
    deleted rows a checkpoint numbers the others anew, the last of a project by most.
    """
    now = "SELECT count(*), max(made_at), max(rowid) FROM output WHERE project_id = ?"
    state = db.rows(now, [project_id])[0]
    answers: dict[str, Any] = db.memory.setdefault((Filter, project_id), {})
    last = answers.get(question)
    if last is None or last[0] != state:
        if len(answers) > _MOST_KEPT:
            answers.clear()
        last = answers[question] = (state, read())
    answer: Answer = last[1]
    return answer


def _repeated(db: Database, project_id: str) -> list[int]:
    counts = "SELECT count(*), count(DISTINCT hash(output_id)) FROM output WHERE project_id = ?"
    total, distinct = db.rows(counts, [project_id])[0]
    if total == distinct:
        return []
    rows = db.rows(
        "SELECT rowid FROM output WHERE project_id = ? "
        "QUALIFY row_number() OVER (PARTITION BY output_id ORDER BY made_at, batch_id) > 1",
        [project_id],
    )
    return [row[0] for row in rows]
