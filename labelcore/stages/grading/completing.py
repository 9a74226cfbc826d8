"""How many people have graded each output: of all, of each language, and of what is assigned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.grading.dealing import outputs_of
from labelcore.stages.grading.queueing import whole_pool
from labelcore.store import assignments as table
from labelcore.store.live import live
from labelcore.workspace import Workspace


class Completion(Frozen):
    """Outputs of one kind by how many people graded each. ``complete``: as many as the rules ask for.

    ``language`` or the ``fields`` and ``batch`` of an assignment say which; without them all are meant.
    """

    outputs: int
    nobody: int
    one: int
    more: int
    complete: int
    language: str | None = None
    fields: Mapping[str, tuple[str, ...]] = {}
    batch: str | None = None


@operation("team completion", role=Role.MANAGER, listed_as="completion")
def completion(workspace: Workspace) -> list[Completion]:
    """Say how many outputs have 0, 1, 2 or more grades: of all, by language, by assignment."""
    ids = [output_id for output_id, _, _ in whole_pool(workspace).places]
    languages = table.languages(workspace.db, workspace.project.id)
    by_language: dict[str, list[str]] = {}
    for output_id in ids:
        by_language.setdefault(languages.get(output_id, ""), []).append(output_id)
    rows = [_row(workspace, ids)]
    if len(by_language) > 1:
        largest = sorted(by_language.items(), key=lambda item: (-len(item[1]), item[0]))
        rows += [_row(workspace, some, language=name) for name, some in largest]
    shown = [*map(set, by_language.values())]
    for row in table.current(workspace.db, workspace.project.id):
        among = outputs_of(workspace, row)
        some = [output_id for output_id in ids if among is None or output_id in among]
        if among is not None and set(some) not in shown:
            shown.append(set(some))
            rows.append(_row(workspace, some, fields=row.fields, batch=row.batch))
    return rows


def is_complete(workspace: Workspace, output_id: str) -> bool:
    """Whether as many people graded an output as the rules ask for."""
    people = live(workspace.db, workspace.project.id).graders(output_id)
    return len(people) >= _needed(workspace)


def _needed(workspace: Workspace) -> int:
    return workspace.project.rules.per_output or 1


def _row(workspace: Workspace, ids: Iterable[str], **which: object) -> Completion:
    state, needed = live(workspace.db, workspace.project.id), _needed(workspace)
    counts = Counter(len(state.graders(output_id)) for output_id in ids)
    return Completion.model_validate(
        {
            "outputs": counts.total(),
            "nobody": counts[0],
            "one": counts[1],
            "more": counts.total() - counts[0] - counts[1],
            "complete": sum(n for people, n in counts.items() if people >= needed),
            **which,
        }
    )
