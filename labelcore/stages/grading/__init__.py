"""Grading: what people say of outputs, stored as events, and what it amounts to."""

from labelcore.stages.grading.acts import (
    GradeWithdrawal as GradeWithdrawal,
    current_grades as current_grades,
    fields_of as fields_of,
    grade as grade,
    grade_history as grade_history,
    latest_acts as latest_acts,
    part_grades as part_grades,
    record as record,
    undo as undo,
)
from labelcore.stages.grading.asked import AskedCriterion as AskedCriterion, ask as ask, in_order as in_order
from labelcore.stages.grading.assigning import (
    Assigned as Assigned,
    AssignedPart as AssignedPart,
    EndedAssignments as EndedAssignments,
    Load as Load,
    assign as assign,
    assignments as assignments,
    describe_member as describe_member,
    team_names as team_names,
    unassign as unassign,
)
from labelcore.stages.grading.calibrating import (
    Round as Round,
    Rounds as Rounds,
    SideBySide as SideBySide,
    end_round as end_round,
    list_rounds as list_rounds,
    reveal_round as reveal_round,
    rounds_of as rounds_of,
    show_round as show_round,
    start_round as start_round,
)
from labelcore.stages.grading.comparing import (
    PairQueue as PairQueue,
    Preferences as Preferences,
    compare as compare,
    compared_versions as compared_versions,
    comparing_queue as comparing_queue,
    first_is_left as first_is_left,
    prefer as prefer,
    preferences as preferences,
)
from labelcore.stages.grading.gold import (
    GoldAnswers as GoldAnswers,
    GoldOutput as GoldOutput,
    GoldPerson as GoldPerson,
    GoldReport as GoldReport,
    end_gold as end_gold,
    set_gold as set_gold,
    show_gold as show_gold,
    train as train,
)
from labelcore.stages.grading.guidelines import (
    Guidelines as Guidelines,
    guidelines_history as guidelines_history,
    set_example as set_example,
    set_guidelines as set_guidelines,
    show_guidelines as show_guidelines,
)
from labelcore.stages.grading.labels import (
    NEEDED as NEEDED,
    Labels as Labels,
    SealedTest as SealedTest,
    SplitReport as SplitReport,
    fitting_labels as fitting_labels,
    fitting_splits as fitting_splits,
    human_labels as human_labels,
    looks_at_test as looks_at_test,
    open_test as open_test,
    renew_test as renew_test,
    sealed_splits as sealed_splits,
    sealed_test as sealed_test,
    set_looks_limit as set_looks_limit,
    split_report as split_report,
    state_of_test as state_of_test,
)
from labelcore.stages.grading.opinions import Opinion as Opinion, opinions_of as opinions_of
from labelcore.stages.grading.packs import (
    Merged as Merged,
    Pack as Pack,
    WrittenPack as WrittenPack,
    make_pack as make_pack,
    merge_pack as merge_pack,
)
from labelcore.stages.grading.progress import (
    AgreementReport as AgreementReport,
    Completion as Completion,
    TeamProgress as TeamProgress,
    completion as completion,
    contributions as contributions,
    counts_by_person as counts_by_person,
    label_budget as label_budget,
    pace_of as pace_of,
    saturation as saturation,
    team_progress as team_progress,
    together as together,
)
from labelcore.stages.grading.queueing import Queue as Queue, Wait as Wait, grading_queue as grading_queue
from labelcore.stages.grading.releasing import (
    ReleaseReport as ReleaseReport,
    Skip as Skip,
    look_again as look_again,
    release as release,
    skips as skips,
    take_over as take_over,
)
from labelcore.stages.grading.relooking import due_for as due_for
from labelcore.stages.grading.round_draw import LanguagePart as LanguagePart, LanguageParts as LanguageParts
from labelcore.stages.grading.round_figures import RoundAgreement as RoundAgreement
from labelcore.stages.grading.rules import (
    Review as Review,
    RulesChange as RulesChange,
    change_rules as change_rules,
    review as review,
    set_rules as set_rules,
    versions as versions,
)
from labelcore.stages.grading.settling import (
    RULINGS as RULINGS,
    Conflict as Conflict,
    ConflictFilters as ConflictFilters,
    conflicts as conflicts,
    rule as rule,
    send_back as send_back,
)
from labelcore.stages.grading.suggesting import (
    anchoring as anchoring,
    phrases as phrases,
    suggestions as suggestions,
)
from labelcore.stages.grading.talking import (
    Mentions as Mentions,
    beside_rounds as beside_rounds,
    comment as comment,
    mark_seen as mark_seen,
    mentions as mentions,
    open_mentions as open_mentions,
    talk as talk,
)
