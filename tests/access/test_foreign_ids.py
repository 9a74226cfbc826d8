"""What another project holds is neither told nor changed by a text that an operation takes.

Made from the registry: each text of each operation is given ids and names of what another project holds, by
somebody who is admin of one project only; so a new operation is tried too.
"""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from labelcore.catalogue import catalogue
from labelcore.dispatch import Request, execute
from labelcore.errors import LabelcoreError
from labelcore.models import Role, Visitor
from labelcore.operations import Effect, find_operation, names_files
from labelcore.stages import projects
from labelcore.store import Database, judges as judge_table
from tests.stages.measured import asking

_CHECK = "def check(output, input, context, metadata):\n    return len(output) < 30\n"
_PLAIN = {
    "value": "fail",
    "note": "n",
    "why": "w",
    "reason": "r",
    "text": "t",
    "source": _CHECK,
    "role": "expert",
}
_PLAIN |= {
    "judge": "Citywren · checkerwren",
    "criterion": "Citywren",
    "person": "Benwren",
    "what": "grades",
    "into": "Benwren",
    "to": "Benwren",
}
_FREE = {
    "why",
    "note",
    "reason",
    "text",
    "statement",
    "meaning",
    "risk_why",
    "task",
    "scope",
    "term",
    "several",
    "zh",
}


def furnish(database: Database, project: str, word: str, folder: Path) -> None:
    """Put something of each kind into a project; ``word`` is in all of its texts and names."""

    def do(operation: str, author: str = f"Lead{word}", **arguments: Any) -> dict[str, Any]:
        request = Request(operation=operation, project=project, author=author, arguments=arguments)
        return execute(database, request).document

    file = folder / f"{word}.jsonl"
    rows = [{"output": f"{word} text {number}", "id": f"{word}-{number}"} for number in range(4)]
    file.write_text("\n".join(map(json.dumps, rows)))
    do("import", file=str(file))
    outputs = [
        key for (key,) in database.rows("SELECT output_id FROM output WHERE text LIKE ?", [f"{word}%"])
    ]
    do("criteria add", name=f"City{word}", statement=f"Names {word}.")
    do("judge add", source=_CHECK, criterion=f"City{word}", name=f"checker{word}")
    model = asking(projects.open_project(database, project), f"model{word}", f"model{word}")
    judge_table.save(database, [model])
    do("sample", rule="random", n=2)
    for key in outputs[:3]:
        do("grade", f"Ben{word}", output=key, value="fail", note=f"{word} is wrong here")
    do("grade", f"Ada{word}", output=outputs[0], value="pass")
    do("derive", offline=True)
    do("judge run", judge=f"City{word} · checker{word}")
    do("people invite", name=f"Ben{word}")
    do("team assign", name=f"Ben{word}", share=1.0)
    do("team comment", output=outputs[0], text=f"{word}?")
    do("calibration start", outputs=outputs[:2], people=[f"Ben{word}"])
    do("gold set", output=outputs[1], value="fail", reason=f"{word} is plain")
    do("guidelines set", text=f"Mind {word}.")
    do("guidelines example", output=outputs[2], value="fail", why=f"see {word}")
    do("glossary set", term=word, meaning=f"a {word}")
    do("team relook", output=outputs[0], reason=f"{word} again")
    do("people token", name=f"robot{word}")


def rows(database: Database) -> Counter[tuple[str, ...]]:
    """All that is stored: of each row the table, and each column with its value."""
    tables = database.rows("SELECT table_name FROM duckdb_tables() WHERE table_name NOT LIKE 'audit_%'")
    found: Counter[tuple[str, ...]] = Counter()
    for (table,) in tables:
        with database._cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description or ()]
            found.update((table, *map("{}={}".format, names, row)) for row in cursor.fetchall())
    return found


def one_of_each(database: Database) -> list[str]:
    """An id of each kind that the database holds."""
    columns = database.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR'"
        " AND column_name LIKE '%_id' AND table_name IN (SELECT table_name FROM duckdb_tables())"
    )
    found = {}
    for table, column in columns:
        for (value,) in database.rows(f"SELECT max({column}) FROM {table} WHERE {column} <> ''"):
            if value and not value.startswith("event_"):
                found[value.partition("_")[0]] = value
    return list(found.values())


def takes_text(annotation: Any) -> bool:
    return annotation is str or any(map(takes_text, get_args(annotation)))


def faults(
    database: Database, request: Request, visitor: Visitor, key: str, before: Counter[tuple[str, ...]]
) -> Iterator[str]:
    """What an attempt with another project's ``key`` tells or changes of that project; it is undone."""
    with contextlib.suppress(_Undone), database.transaction():
        try:
            outcome = execute(database, request, here=False, visitor=visitor)
            told = json.dumps(outcome.document, default=str, ensure_ascii=False) + "\n".join(outcome.lines)
        except LabelcoreError as trouble:
            told = str(trouble)
        else:
            after = before if find_operation(request.operation).effect is Effect.READS else rows(database)
            yield from (f"gone: {row}" for row in before - after)
            for row in after - before:
                if any(re.fullmatch(rf"\w*ids?=.*{re.escape(key)}.*", cell) for cell in row):
                    yield f"refers to it: {row}"
                if "heron" in str(row).replace(key, ""):
                    yield f"new: {row}"
        if "heron" in told.replace(key, "").replace(key.casefold(), "").replace(key.replace("-", "_"), ""):
            yield f"told: {told}"
        raise _Undone
    database.memory.clear()


class _Undone(Exception):
    """What was tried is rolled back."""


def attempts(name: str, foreign: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Foreign keys, each with an operation's arguments in which one field holds it; a text of a
    write that names nothing by its kind is given a few.
    """
    fields, named = find_operation(name).fields, find_operation(name).named
    needed = {key: _PLAIN.get(key, "x") for key, field in fields.items() if field.default is field.empty}
    for field, parameter in fields.items():
        kind = parameter.annotation
        if field not in _FREE and not names_files(kind) and (field in named or takes_text(kind)):
            several = re.search(r"(tuple|Sequence|list)\[", str(kind))
            free = field not in named and find_operation(name).effect is not Effect.READS
            for key in foreign[:: 9 if free else 3]:
                yield key, needed | {field: [key] if several else key}


@pytest.mark.slow  # thousands of attempts
def test_another_projects_ids_open_nothing(db: Database, tmp_path: Path) -> None:
    furnish(db, "closed", "heron", tmp_path)
    foreign = [*one_of_each(db), "Cityheron", "Cityheron · checkerheron", "Benheron", "robotheron"]
    furnish(db, "open", "wren", tmp_path)
    vera = Visitor(name="Vera", roles={projects.open_project(db, "open").id: Role.ADMIN})
    before, found = rows(db), []
    for name in catalogue():
        for key, arguments in attempts(name, foreign):
            request = Request(operation=name, project="open", arguments=arguments)
            found += [f"{name} {arguments}: {fault}" for fault in faults(db, request, vera, key, before)]
    assert not found
    assert rows(db) == before, "what was tried is undone"
