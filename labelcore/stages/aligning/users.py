"""What signals of a product's users find: of the bad outputs how many, and how many alarms are false."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from labelcore.models import Fact, fact
from labelcore.stages.aligning.evidence import LabelledOutputs
from labelcore.stages.aligning.measuring import complement, tnr_on
from labelcore.stages.aligning.report import Alarms, JudgeAlignment
from labelcore.stats.rate import not_measurable

if TYPE_CHECKING:
    import pandas as pd


def with_alarms(aligned: JudgeAlignment, evidence: LabelledOutputs, words: pd.Series) -> JudgeAlignment:
    """The alignment of a judge whose verdicts users gave, with what its alarms are worth.

    Where users said nothing there is no alarm, so each graded output counts.
    """
    alarms = _alarms(evidence, words.reindex(evidence.ids))
    warnings = tuple(_told(aligned.judge, alarms, evidence))
    return aligned.model_copy(update={"alarms": alarms, "warnings": (*warnings, *aligned.warnings)})


def _alarms(evidence: LabelledOutputs, words: pd.Series) -> Alarms:
    import pandas as pd

    alarm = (words == "fail").to_numpy(dtype=bool)
    raised = pd.Series(np.where(alarm, "fail", "pass"), index=evidence.ids, dtype=object)
    people = pd.Series(np.where(evidence.passes, "pass", "fail"), index=evidence.ids, dtype=object)
    finds = not_measurable("there are no outputs that people failed")
    if not evidence.passes.all():
        finds = tnr_on(evidence, raised)
    false = not_measurable("no graded output has an alarm")
    if alarm.any():  # the same question with the two sides exchanged
        false = complement(tnr_on(replace(evidence, passes=~alarm), people))
    spoken = int(words.isin(["pass", "fail"]).sum())
    return Alarms(finds=finds, false=false, spoken=spoken, n=len(words))


def _told(judge: str, alarms: Alarms, evidence: LabelledOutputs) -> Iterator[Fact]:
    unknown = [rate.why_not for rate in (alarms.finds, alarms.false) if rate.value is None]
    if unknown:
        yield fact("alarms_unknown", judge=judge, why=unknown[0])
    else:
        yield fact("alarms", judge=judge, finds=alarms.finds, wrong=alarms.false)
    yield fact("alarms_reach", spoken=alarms.spoken, n=alarms.n)
    if evidence.weights is None:
        yield fact("alarms_undrawn")
