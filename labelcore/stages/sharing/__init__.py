"""Sharing: a rubric with its judges and examples as a file, and how well it does elsewhere.

What people think of outputs differs between projects, so a criterion that came by file is "not yet
aligned here" until its judges were measured against enough of this project's own grades.
"""

from labelcore.stages.sharing.loading import JudgeLeftOut, Loaded, load_rubric
from labelcore.stages.sharing.rubric_file import NotPortable, RubricFile, json_schema
from labelcore.stages.sharing.saving import SavedRubric, save_rubric
from labelcore.stages.sharing.transferring import (
    NEEDED_FAILS,
    NEEDED_PASSES,
    JudgeTransfer,
    Transfer,
    transfer,
)

__all__ = [
    "NEEDED_FAILS",
    "NEEDED_PASSES",
    "JudgeLeftOut",
    "JudgeTransfer",
    "Loaded",
    "NotPortable",
    "RubricFile",
    "SavedRubric",
    "Transfer",
    "json_schema",
    "load_rubric",
    "save_rubric",
    "transfer",
]
