"""Which versions of a criterion mean the same, and so which answers on it still hold."""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Criterion, Grade

__all__ = ["given_under", "same_meaning"]


def same_meaning(versions: Sequence[Criterion]) -> set[int]:
    """The numbers of the versions that mean what the newest means: those that changed its wording
    only, and earlier ones of the same statement (an edit that was taken back). None of no versions.
    """
    if not versions:
        return set()
    meaning: dict[int, int] = {}
    first_with: dict[str, int] = {}
    for at, version in enumerate(versions):
        known = first_with.get(version.statement)
        as_before = meaning[versions[at - 1].version] if at and version.wording_only else None
        meaning[version.version] = as_before or known or version.version
        first_with.setdefault(version.statement, meaning[version.version])
    newest = meaning[versions[-1].version]
    return {number for number, oldest in meaning.items() if oldest == newest}


def given_under(grade: Grade, versions: set[int]) -> bool:
    """Whether a grade of a criterion was given under one of these versions; one that names none is
    from before versions were kept, and stands for the first.
    """
    return (grade.criterion_version or 1) in versions
