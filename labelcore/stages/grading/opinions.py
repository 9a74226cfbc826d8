"""What several people say of one output, to be read side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from labelcore.models import Frozen, Grade, GradingRules


class Opinion(Frozen):
    """One person's grades of an output that count: of the whole, and of criteria and fields by name.

    ``earlier``: what they gave before they were asked to look again, of the same subject.
    """

    person: str
    whole: Grade | None = None
    parts: tuple[tuple[str, Grade], ...] = ()
    earlier: tuple[tuple[str, Grade], ...] = ()

    def as_data(self, rules: GradingRules) -> dict[str, Any]:
        """As plain JSON for the browser."""
        return {
            "person": self.person[:200],
            "whole": _as_data(self.whole, rules) if self.whole else None,
            "parts": [{"name": name[:300]} | _as_data(grade, rules) for name, grade in self.parts],
            "earlier": [{"name": name[:300]} | _as_data(grade, rules) for name, grade in self.earlier],
        }


def _as_data(grade: Grade, rules: GradingRules) -> dict[str, Any]:
    level = grade.level or 0
    return {
        "value": grade.value,
        "level": rules.scale[level - 1] if 0 < level <= len(rules.scale) else "",
        "note": grade.note[:10_000],
        "spans": [{"part": span.get("part", "output"), "text": text} for span, text in _marked(grade)],
        "corrected": bool(grade.corrected_text),
    }


def _marked(grade: Grade) -> list[tuple[Mapping[str, Any], str]]:
    texts = ((span, span.get("text")) for span in grade.spans[:20])
    return [(span, text[:2_000]) for span, text in texts if isinstance(text, str) and text.strip()]


def opinions_of(
    grades: Iterable[Grade], names: Mapping[str, str], earlier: Iterable[Grade] = ()
) -> tuple[Opinion, ...]:
    """The grades of one output by person; ``names``: of criteria by id; ``earlier``: what was replaced."""
    whole: dict[str, Grade] = {}
    parts: dict[str, dict[str, Grade]] = defaultdict(dict)
    before: dict[str, list[tuple[str, Grade]]] = defaultdict(list)
    people: dict[str, None] = {}
    for grade in grades:
        people[grade.annotator] = None
        if grade.is_overall:
            whole[grade.annotator] = grade
        else:
            parts[grade.annotator][_name(grade, names)] = grade
    for grade in earlier:
        before[grade.annotator].append((_name(grade, names), grade))
    return tuple(
        Opinion(person=who, whole=whole.get(who), parts=tuple(parts[who].items()), earlier=tuple(before[who]))
        for who in sorted(people, key=str.casefold)
    )


def _name(grade: Grade, names: Mapping[str, str]) -> str:
    return (
        "" if grade.is_overall else grade.field or names.get(str(grade.criterion_id), str(grade.criterion_id))
    )
