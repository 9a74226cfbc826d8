"""Refining: disagreements of judges and people are ruled on, and start what comes next."""

from labelcore.stages.refining.court import NEXT, VALUES, Conflict, Docket, Gap, decide, docket

__all__ = ["NEXT", "VALUES", "Conflict", "Docket", "Gap", "decide", "docket"]
