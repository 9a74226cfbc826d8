"""promptfoo: results as JSON, of each version since the first, and its table as CSV."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    at,
    each,
    entries,
    exchange,
    first,
    likeness,
    loaded,
    made,
    plain,
    remark,
    truth,
)

_WRAPPINGS = ("results.results", "results", "results.table.body", "table.body", "")
_MARK = re.compile(r"\[(PASS|FAIL|ERROR)\](?: \((-?\d+(?:\.\d+)?)\))?[ \n]?")
_BESIDE = re.compile(r"(Status|Score|Named Scores|Grader Reason|Comment)(_\d+)*$|Metric: ")
_OF_REPORT = {"Test ID", "Plugin", "Strategy", "Prompt", "Response", "Pass"}
_BREAK = "\n---\n"


def _is_result(record: Record) -> bool:
    scores = {"gradingResult", "success", "score", "promptIdx", "testIdx"} & record.keys()
    prompts = {"vars", "testCase", "prompt", "promptId"} & record.keys()
    return "response" in record and len(scores) >= 2 and bool(prompts)


def _is_body(record: Record) -> bool:
    return any("pass" in output and "text" in output for output in entries(record.get("outputs")))


def _is_table(record: Record) -> bool:
    has_mark = any(isinstance(value, str) and _MARK.match(value) for value in record.values())
    return has_mark or {"Status", "Score", "Named Scores", "Grader Reason"} <= record.keys()


def _is_report(record: Record) -> bool:
    """A row of a red team's report."""
    return record.keys() >= _OF_REPORT


def _is_any(record: Record) -> bool:
    return _is_result(record) or _is_body(record) or _is_table(record) or _is_report(record)


@tool(
    "promptfoo",
    "promptfoo results",
    get="promptfoo eval --output results.json, or promptfoo export eval ID --output results.json for one "
    "that ran before. The table's CSV (--output results.csv, or Export in promptfoo view) is read too.",
    brings="Each answer becomes an output with its variables, prompt, model and test. Each assertion's "
    "result comes as a verdict with its reason, ratings that people gave in promptfoo as grades; "
    "the marks [PASS] and [FAIL] are taken off the text.",
    recognise=likeness(_is_any, *_WRAPPINGS, sure=0.97),
)
@each(_is_any, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each test and prompt; of a table's row, one for each of its answers."""
    if _is_result(record) or _is_report(record):
        yield _result(number, record) if _is_result(record) else _reported(number, record)
        return
    answers = list(_body(number, record) if _is_body(record) else _table(number, record))
    yield from answers or [made(number, Exchange(), raw=record)]


def _result(number: int, record: Record) -> Said:
    response = loaded(record.get("response"))
    answer = first(response, "output") if isinstance(response, dict) else response
    variables = first(record, "vars", "testCase.vars")
    prompt = first(record, "prompt.raw")
    chat = exchange(prompt, "").conversation
    parts = exchange(variables, plain(answer))
    provider = first(record, "provider.label", "provider.id", "provider")
    return made(
        number,
        parts._replace(conversation=chat or parts.conversation),
        id=first(record, "id"),
        model=provider if isinstance(provider, str) else "",
        prompt_version=first(record, "prompt.label", "promptId"),
        details={
            "test": first(record, "testCase.description", "description"),
            "prompt": "" if chat else prompt,
            "metadata": first(record, "testCase.metadata"),
        },
        remarks=_verdicts(record.get("gradingResult"), record.get("success")),
        trouble=first(record, "error", "response.error"),
        raw=record,
    )


def _reported(number: int, record: Record) -> Said:
    """Of an attack the prompt and the answer; passed is what was not broken, "Pass (1)"."""
    flag = plain(record.get("Pass")).split(" ", maxsplit=1)[0]
    details = {name.lower(): record.get(name) for name in ("Plugin", "Strategy")}
    return made(
        number,
        Exchange(plain(record.get("Response")), plain(record.get("Prompt"))),
        id=record.get("Test ID"),
        model=record.get("Target"),
        at=record.get("Timestamp"),
        details=details,
        remarks=remark(
            "verdict", "", flag, meaning=truth(flag), score=record.get("Score"), reason=record.get("Reason")
        ),
        raw=record,
    )


def _verdicts(grading: Any, success: Any) -> list[Remark]:
    """A person's rating stands for the whole; the assertions' results are verdicts, one each."""
    parts = entries(first(grading, "componentResults"))
    people = [part for part in parts if at(part, "assertion.type") == "human"]
    machines = [part for part in parts if part not in people]
    remarks = [entry for part in people for entry in _judged("grade", "", part)]
    counts: Counter[str] = Counter()
    for part in machines:
        name = plain(first(part, "assertion.metric", "assertion.type"))
        counts[name] += 1
        remarks += _judged("verdict", name if counts[name] == 1 else f"{name} {counts[name]}", part)
    if not people and len(machines) != 1:
        flag = at(grading, "pass")
        whole = {
            "pass": success if flag is None else flag,
            "reason": at(grading, "reason"),
            "score": at(grading, "score"),
        }
        remarks += _judged("verdict", "", whole)
    return remarks


def _judged(kind: Any, name: str, part: Mapping[str, Any]) -> list[Remark]:
    """A result without ``pass``, which promptfoo takes for passed, says only its score."""
    flag, score = part.get("pass"), first(part, "score")
    reason = first(part, "comment") or first(part, "reason")
    value = score if flag is None else flag
    return remark(kind, name, value, meaning=truth(flag), reason=reason, score=score)


def _body(number: int, record: Record) -> Iterator[Said]:
    """A row of the older documents' table: the variables' values, and an answer for each prompt."""
    variables = first(record, "test.vars", "vars")
    for output in entries(record.get("outputs")):
        text, flag, _ = _unmarked(plain(output.get("text")))
        yield made(
            number,
            exchange(variables, "")._replace(output=text),
            id=first(output, "id"),
            model=first(output, "provider"),
            remarks=_verdicts(output.get("gradingResult"), first(output, "pass") or flag),
            raw=record,
        )


def _table(number: int, record: Record) -> Iterator[Said]:
    """A row of the CSV: beside each answer's column stand its status and what else was said of it."""
    columns = list(record)
    answers = [column for column in columns if _is_answer(columns, column, record)]
    beside = {column for column in columns if _BESIDE.match(column)}
    variables = {
        column: record[column] for column in columns if column not in beside and column not in answers
    }
    for column in answers:
        text, flag, reason = _unmarked(plain(record[column]))
        companions = _beside(columns, column)
        flag = flag or plain(record.get(companions.get("Status", "")))
        parts = [
            part
            for part in (record.get(companions.get(key, "")) for key in ("Comment", "Grader Reason"))
            if part
        ]
        answer_parts = exchange(variables, "")._replace(output=text)
        yield made(
            number,
            answer_parts,
            model=column[1:].split("]")[0] if column.startswith("[") else "",
            prompt_version=column.split("] ", 1)[-1],
            remarks=[
                *remark("verdict", "", flag, meaning=truth(flag), reason=next(iter(parts), reason)),
                *_metrics(record, companions),
            ],
            trouble=reason,
            raw=record,
        )


def _is_answer(columns: Sequence[str], column: str, record: Record) -> bool:
    if _MARK.match(plain(record[column])):
        return True
    place = columns.index(column) + 1
    return place < len(columns) and columns[place].split("_")[0] == "Status" and not _BESIDE.match(column)


def _beside(columns: Sequence[str], column: str) -> dict[str, str]:
    """The columns that speak of an answer, by their plain names: those up to the next one that does not."""
    companions: dict[str, str] = {}
    for name in columns[columns.index(column) + 1 :]:
        if not _BESIDE.match(name):
            break
        companions[re.sub(r"(_\d+)+$", "", name)] = name
    return companions


def _metrics(record: Record, companions: Mapping[str, str]) -> list[Remark]:
    values = {
        name[8:]: record.get(column) for name, column in companions.items() if name.startswith("Metric: ")
    }
    if not values:
        scores = loaded(record.get(companions.get("Named Scores", "")))
        values = dict(scores) if isinstance(scores, dict) else {}
    return [entry for name, value in values.items() for entry in remark("verdict", name, value)]


def _unmarked(text: str) -> tuple[str, str, str]:
    """(the answer, PASS, FAIL or ERROR, the reason) of a text that begins with the tool's mark."""
    mark = _MARK.match(text)
    if not mark:
        return text, "", ""
    rest = text[mark.end() :]
    reason, broken, answer = rest.partition(_BREAK) if mark[1] != "PASS" else ("", "", "")
    if broken:
        return answer.removesuffix("\n"), mark[1], reason
    return ("", mark[1], rest) if mark[1] == "ERROR" else (rest, mark[1], "")
