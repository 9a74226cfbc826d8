"""Refining: disagreements of judges and people are ruled on, and start what comes next."""

from labelcore.stages.refining.court import NEXT, VALUES, Disagreement, Docket, Gap, Ruled, decide, docket

__all__ = ["NEXT", "VALUES", "Disagreement", "Docket", "Gap", "Ruled", "decide", "docket"]
