"""Making judges: proposed from grades, written as checks, put together as panels and cascades."""

from labelcore.stages.judging.proposing import cascades, checks, panels, proposals, retraining
from labelcore.stages.judging.proposing.subjects import Subject, subject_of

__all__ = ["Subject", "cascades", "checks", "panels", "proposals", "retraining", "subject_of"]
