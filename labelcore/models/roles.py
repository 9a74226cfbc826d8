"""What people are in a project, and what each role may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is in a project. A role includes those whose work it may do as well."""

    EXPERT = "expert"
    LEAD = "lead"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMIN = "admin"

    def includes(self, least: Role) -> bool:
        """Whether who has this role may do what needs at least ``least``."""
        return self == least or least in _INCLUDED[self]


_INCLUDED: dict[Role, frozenset[Role]] = {
    Role.EXPERT: frozenset(),
    Role.MANAGER: frozenset(),
    Role.LEAD: frozenset({Role.EXPERT, Role.MANAGER}),
    Role.ENGINEER: frozenset({Role.EXPERT, Role.MANAGER}),
    Role.ADMIN: frozenset(Role),
}
