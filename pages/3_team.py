"""Team: who did how much, how far people agree, and what to do where they do not."""

from labelcore.messages import say
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.stages import grading
from pages.widgets import assigning, calibrating, conflicts, guidelines, keys, notices, people, shell, team

MENU = ("Team", ":material/groups:")

workspace = shell.open_page("Team", "Who graded what, how far people agree, and when it is enough.")
tabs = {
    say("Progress"): team.show_progress,
    say("Assignment"): assigning.show_assignment,
    say("Agreement"): team.show_agreement,
    say("Calibration"): calibrating.show_calibration,
    say("Conflicts"): conflicts.show_conflicts,
    say("History"): team.show_history,
    say("Guidelines"): guidelines.show_guidelines,
    say("Offline"): team.show_packs,
    say("Rules"): team.show_rules,
    say("Notices"): notices.show_notices,
}
if grading.compared_versions(workspace):
    tabs[say("Versions")] = team.show_versions
if settings().sign_in:
    tabs[say("People")] = people.show_people
    if workspace.role is Role.ADMIN:
        tabs[say("Acts")] = people.show_audit
shell.show_tabs(tabs, workspace, f"{keys.TEAM}-{shell.language()}")  # a tab's name is a word of the language
