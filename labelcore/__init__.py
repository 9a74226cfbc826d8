"""labelcore: an expert's judgement, turned into automatic evaluation that can be trusted.

The loop in nine lines::

    w = labelcore.open("answers.duckdb", project="support", person="mira")
    w.import_("answers.csv")
    w.sample(n=50)
    w.grade(output_id, "fail", note="invents a price")
    w.derive(offline=True, accept_all=True)
    w.judges.propose(); w.judges.run()
    w.choose()
    w.alignment().to_pandas()
    w.trust()

Each is an operation, a marked function of a stage (:mod:`labelcore.operations`), the same that the app and
the command line call; in a notebook a result shows its sentences, its table and its intervals.
"""

from importlib import import_module
from typing import Any

__all__ = ["open"]


def __getattr__(name: str) -> Any:
    """Load what the notebook needs when it is asked for: a command should not wait for it."""
    if name == "open":
        return import_module("labelcore.notebook").open
    raise AttributeError(f"labelcore has no '{name}'")
