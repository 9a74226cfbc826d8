"""What a method is: two counts and a level become the two ends of an interval."""

from __future__ import annotations

from collections.abc import Callable

Method = Callable[[int, int, float], tuple[float, float]]
"""(successes, n ≥ 1, normal quantile z) -> (low, high) with 0 ≤ low ≤ successes / n ≤ high ≤ 1."""

_methods: dict[str, Method] = {}


def interval(name: str) -> Callable[[Method], Method]:
    """Mark a method by the name that a `Rate` carries."""

    def mark(method: Method) -> Method:
        _methods[name] = method
        return method

    return mark


def registered() -> dict[str, Method]:
    """The methods that were marked so far, by name."""
    return _methods
