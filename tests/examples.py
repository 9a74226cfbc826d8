"""How many examples a property is tried on where it says a number itself."""

from __future__ import annotations

from hypothesis import settings

_IN_CORE = 25


def examples(count: int) -> int:
    """So many; among the core tests at most what their profile says."""
    return min(count, _IN_CORE) if settings.get_current_profile_name() == "core" else count
