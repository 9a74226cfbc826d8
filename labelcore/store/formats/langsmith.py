"""LangSmith: runs of a project, and the examples of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.store.formats.base import Record, Remark, Source, tool
from labelcore.store.formats.fields import (
    Said,
    entries,
    exchange,
    first,
    has_roots,
    kind_of,
    likeness,
    loaded,
    made,
    plain,
    read,
    remark,
)

_RUN_KEYS = {"trace_id", "dotted_order", "session_id", "parent_run_id", "start_time", "reference_example_id"}
_WRAPPINGS = ("", "runs", "examples")
_MODELS = (
    "extra.metadata.ls_model_name",
    "extra.invocation_params.model",
    "extra.invocation_params.model_name",
    "outputs.llm_output.model_name",
)


def _is_run(record: Record) -> bool:
    return {"run_type", "inputs", "outputs"} <= record.keys() and bool(_RUN_KEYS & record.keys())


def _is_example(record: Record) -> bool:
    return {"inputs", "outputs", "dataset_id"} <= record.keys()


def _is_result(record: Record) -> bool:
    """A row of an experiment's table, in which a column for each input and output stands."""
    names = [name for name in record if isinstance(name, str)]
    told = "example_id" in names or _under(record, "feedback", "reference")
    return bool(told and _under(record, "outputs") and _under(record, "inputs", "input"))


def _is_either(record: Record) -> bool:
    return _is_run(record) or _is_example(record) or _is_result(record)


def _under(record: Record, *names: str) -> dict[str, Any]:
    """The columns under a name, ``outputs.answer``, by what stands behind it."""
    found = ((key.partition("."), value) for key, value in record.items() if isinstance(key, str))
    return {rest: value for (name, _, rest), value in found if name in names and rest}


@tool(
    "langsmith",
    "LangSmith runs or dataset examples",
    get="In Python: [run.dict() for run in Client().list_runs(project_name=…, is_root=True)], written "
    "as JSON lines; a dataset's examples with list_examples, or Download dataset as JSONL. The bulk"
    " export (Parquet) is read too.",
    brings="Each trace becomes one output, its root run's, with input or conversation, model, time, run id "
    "and trace; runs inside of it are left out. Feedback scores come as verdicts, people's reviews as "
    "grades, those named as user feedback as feedback. An example's reference answer is its output. An "
    "experiment's table is read too.",
    recognise=likeness(_is_either, *_WRAPPINGS),
)
def rows(source: Source) -> Iterator[Said]:
    """A row for each root run, example or row of a table; for each model's run of a file without roots."""
    rooted = has_roots(source, _is_either, _is_run, _is_root, *_WRAPPINGS)

    def row(number: int, record: Record) -> Iterator[Said]:
        if not _is_run(record):
            yield (_result if _is_result(record) else _example)(number, record)
        elif _is_root(record) or (not rooted and record.get("run_type") == "llm"):
            yield _run(number, record)

    yield from read(source, _is_either, row, *_WRAPPINGS)


def _is_root(record: Record) -> bool:
    return not first(record, "parent_run_id")


def _run(number: int, record: Record) -> Said:
    trace = first(record, "trace_id")
    metadata = first(record, "extra.metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return made(
        number,
        exchange(first(record, "inputs"), first(record, "outputs")),
        id=first(record, "id"),
        group=first(metadata, "session_id", "thread_id", "conversation_id") or trace or first(record, "id"),
        model=first(record, *_MODELS),
        prompt_version=first(metadata, "lc_hub_commit_hash", "prompt_version"),
        at=first(record, "end_time", "start_time"),
        details={"name": record.get("name"), "tags": record.get("tags"), "trace": trace},
        remarks=_remarks(record),
        trouble=first(record, "error"),
        raw=record,
    )


def _example(number: int, record: Record) -> Said:
    return made(
        number,
        exchange(first(record, "inputs"), first(record, "outputs")),
        id=first(record, "id"),
        at=first(record, "created_at"),
        details={key: record.get(key) for key in ("split", "metadata")},
        raw=record,
    )


def _result(number: int, record: Record) -> Said:
    expected = _under(record, "reference")
    scores = _under(record, "feedback").items()
    return made(
        number,
        exchange(_under(record, "inputs", "input"), _under(record, "outputs")),
        id=first(record, "id", "run_id"),
        group=first(record, "example_id"),
        details={"expected": next(iter(expected.values())) if len(expected) == 1 else expected},
        remarks=[entry for name, value in scores for entry in remark(kind_of(name), name, value)],
        trouble=first(record, "error"),
        raw=record,
    )


def _remarks(record: Record) -> list[Remark]:
    """What was said of a run: one by one, and where that is not told, as statistics."""
    notes = feedback(record.get("feedback"))
    names = {note.name for note in notes}
    return [*notes, *(note for note in _statistics(record.get("feedback_stats")) if note.name not in names)]


def feedback(value: Any) -> list[Remark]:
    """Feedback as the interface gives it: what people said in the app as grades."""
    remarks: list[Remark] = []
    for note in entries(value):
        name, human = plain(note.get("key")), first(note, "feedback_source.type") == "app"
        remarks += remark(
            "grade" if human else kind_of(name),
            name,
            first(note, "value", "score"),
            who=first(note, "feedback_source.user_name", "feedback_source.user_id") if human else "",
            reason=first(note, "comment"),
            at=first(note, "modified_at", "created_at"),
            score=first(note, "score"),
        )
    return remarks


def _statistics(value: Any) -> list[Remark]:
    """A run's feedback by key: a category that was named, or the mean of its scores.

    What one person alone said is that person's grade; the mean of what several people said, or a person
    and a machine, is nobody's.
    """
    stats = loaded(value)
    remarks: list[Remark] = []
    for key, stat in stats.items() if isinstance(stats, dict) else ():
        name, values = plain(key), first(stat, "values")
        sources = _sources(stat)
        who = sources[0][1] if sources else ""
        worth = next(iter(values)) if isinstance(values, dict) and len(values) == 1 else first(stat, "avg")
        comments = first(stat, "comments")
        reason = "\n".join(map(plain, comments)) if isinstance(comments, list) else ""
        if not any(by_person for by_person, _ in sources):
            remarks += remark(kind_of(name), name, worth, reason=reason)
        elif len(sources) == 1 or (len(set(sources)) == 1 and who):
            remarks += remark("grade", name, worth, who=who, reason=reason)
    return remarks


def _sources(stat: Any) -> list[tuple[bool, str]]:
    """(whether a person gave it in the app, who) of each score of a statistic."""
    sources = first(stat, "sources")
    return [
        (first(source, "type") == "app", plain(first(source, "user_name", "user_id", "ls_user_id")))
        for source in (sources if isinstance(sources, list) else [])
    ]
