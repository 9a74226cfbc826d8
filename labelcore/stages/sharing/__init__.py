"""Sharing: a rubric with its judges and examples as a file, and how well it does elsewhere.

What people think of outputs differs between projects, so a criterion that came by file is "not yet
aligned here" until its judges were measured against enough of this project's grades.
"""

from labelcore.stages.sharing.loading import LoadReport as LoadReport, load_rubric as load_rubric
from labelcore.stages.sharing.saving import (
    NotPortable as NotPortable,
    SavedRubric as SavedRubric,
    save_rubric as save_rubric,
)
from labelcore.stages.sharing.transferring import (
    NEEDED_FAILS as NEEDED_FAILS,
    NEEDED_PASSES as NEEDED_PASSES,
    Transfer as Transfer,
    transfer as transfer,
)
