"""Sharing: a rubric with its judges and examples as a file, and how well it does elsewhere.

What people think of outputs differs between projects, so a criterion that came by file is "not yet
aligned here" until its judges were measured against enough of this project's own grades.
"""

from labelcore.stages.sharing.loading import Loaded as Loaded
from labelcore.stages.sharing.loading import load_rubric as load_rubric
from labelcore.stages.sharing.saving import NotPortable as NotPortable
from labelcore.stages.sharing.saving import SavedRubric as SavedRubric
from labelcore.stages.sharing.saving import save_rubric as save_rubric
from labelcore.stages.sharing.transferring import NEEDED_FAILS as NEEDED_FAILS
from labelcore.stages.sharing.transferring import NEEDED_PASSES as NEEDED_PASSES
from labelcore.stages.sharing.transferring import Transfer as Transfer
from labelcore.stages.sharing.transferring import transfer as transfer
