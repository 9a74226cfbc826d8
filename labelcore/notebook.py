"""A workspace for notebooks and scripts: operations as methods, results as tables, sentences and charts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelcore import messages
from labelcore.catalogue import catalogue
from labelcore.operations import Operation, find_operation
from labelcore.stages import projects, signing
from labelcore.stages.reporting.document import Intervals, draw_intervals
from labelcore.stages.reporting.html import figure
from labelcore.stats.rate import Rate
from labelcore.store import open_database
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_GROUPS = {"judges": "judge", "probes": "probe"}
_NAMES = {"alignment": "align", "choice": "choose"}
_LINES, _ROWS, _BARS = 12, 50, 30


def open(  # noqa: A001 - labelcore.open reads best
    path: str | Path | None, *, project: str = "", person: str = ""
) -> NotebookWorkspace:
    """A workspace on a database file (None: in memory), with operations as its methods.

    The project is begun where it does not exist; the only one of the file is meant where none is named.
    ``workspace.judges.run()`` is ``labelcore judge run``, ``workspace.alignment()`` is ``labelcore align``.
    StoreBusy where another process holds the file.
    """
    db = open_database(None if path is None else Path(path))
    opened = projects.open_project(db, projects.meant(projects.list_projects(db), project))
    return NotebookWorkspace(Workspace(db, opened, signing.known_as(db, opened, person) if person else ""))


@dataclass(frozen=True)
class NotebookWorkspace:
    """A workspace whose operations are methods, some in groups below it."""

    workspace: Workspace
    group: str = ""

    def __getattr__(self, name: str) -> Any:
        """An operation, or a group of operations."""
        word = (_GROUPS | _NAMES).get(name, name).rstrip("_").replace("_", "-")
        full = f"{self.group} {word}".strip()
        if full in catalogue():
            return _Method(self.workspace, find_operation(full))
        if any(known.startswith(f"{full} ") for known in catalogue()):
            return replace(self, group=full)
        raise AttributeError(f"There is no operation '{full}': {', '.join(self.__dir__())}.")

    def __dir__(self) -> list[str]:
        """The next words of all operations below, for completion."""
        below = [
            name.removeprefix(self.group).split()[0] for name in catalogue() if name.startswith(self.group)
        ]
        plural = {word: name for name, word in _GROUPS.items()} if not self.group else {}
        return sorted({plural.get(word, word).replace("-", "_") for word in below})


@dataclass(frozen=True)
class _Method:
    """One operation in a workspace."""

    workspace: Workspace
    operation: Operation

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # help() shows the operation's
        return self.operation.function.__doc__ or ""

    def __call__(self, *given: Any, **named: Any) -> NotebookResult:
        fields = list(self.operation.fields)
        arguments = dict(zip(fields, given, strict=False)) | named
        current = projects.open_project(self.workspace.db, self.workspace.project.name)
        workspace = self.workspace.with_project(current)
        return NotebookResult(self.operation, workspace, self.operation.call(workspace, arguments))


@dataclass(frozen=True)
class NotebookResult:
    """What an operation gave: ``result`` itself, as a table, as a document, and as a notebook shows it."""

    operation: Operation
    workspace: Workspace
    result: Any

    def __getattr__(self, name: str) -> Any:
        """What the result has."""
        return getattr(self.result, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.result)

    def __len__(self) -> int:
        return len(self.result)

    def __getitem__(self, at: Any) -> Any:
        return self.result[at]

    def document(self) -> dict[str, Any]:
        """The command's JSON document."""
        return messages.document_of(self.operation, self.result)

    def to_pandas(self) -> pd.DataFrame:
        """The longest list of the document as a table, or the document as its only row."""
        import pandas as pd

        return pd.DataFrame(self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        document = self.document()
        lists = [value for value in document.values() if isinstance(value, list) and value]
        tables = [rows for rows in lists if all(isinstance(row, dict) for row in rows)]
        return max(tables, key=len, default=[document])

    def __repr__(self) -> str:
        return "\n".join(messages.lines_of(self.operation, self.workspace, self.result)[:_LINES])

    def _repr_html_(self) -> str:
        """Sentences, a chart where there are rates with intervals, and the table."""
        words = "<br>".join(escape(line) for line in repr(self).splitlines())
        table = self.to_pandas().head(_ROWS).to_html(escape=True, index=False)
        return f"<p>{words}</p>{self._chart()}{table}"

    def _chart(self) -> str:
        measured = (row for row in self._rows() if {row.get("tpr"), row.get("tnr")} != {None})
        rows = list(itertools.islice(measured, _BARS))
        if not rows:
            return ""
        names = tuple(str(row.get("judge", number)) for number, row in enumerate(rows))
        series = {label.upper(): tuple(_rate(row, label) for row in rows) for label in ("tpr", "tnr")}
        intervals = Intervals(title="TPR and TNR", names=names, series=series)
        return figure(intervals.title, draw_intervals(intervals))


def _rate(row: dict[str, Any], name: str) -> Rate:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return Rate(value=row.get(name), low=low, high=high, n=int(row.get("n", 0)))
