"""The page Results: on an empty project and on a graded one."""

from __future__ import annotations

from labelcore.messages import sentence
from labelcore.messages.trusting import action_words, answer_words
from labelcore.models import Grade, Output
from labelcore.stages import grading
from labelcore.stages.reporting.failing import failures
from labelcore.stages.reporting.trust import trust
from labelcore.stats.rate import share_words
from labelcore.store import judges, outputs as output_table
from labelcore.workspace import Workspace
from tests.pages.opening import healthy, opened, shown

RESULTS = "6_results.py"


def test_without_outputs_or_grades_every_page_leads_to_the_step_that_home_names(place: Workspace) -> None:
    for texts, step in (((), "Import outputs"), (("a", "b"), "Grade 2 outputs")):
        output_table.add(
            place.db, [Output(id=text, project_id=place.project.id, text=text) for text in texts]
        )
        headline = sentence(trust(place).headline)
        for page in ("0_home.py", RESULTS, "4_deriving.py", "5_judging.py", "3_team.py"):
            app = opened(page)
            assert [button.label for button in app.button if button.key == "next-step"] == [step], page
            assert headline in shown(app) or page not in {"0_home.py", RESULTS}
            assert not app.metric and "Not to be used" not in shown(app)


def test_the_answer_stands_first_as_trust_and_home_give_it(worked: Workspace) -> None:
    found = trust(worked)
    app = opened(RESULTS)
    assert app.metric[0].value == share_words(found.rate.value or 0)
    for reason in found.reasons:
        assert sentence(reason.says) in shown(app)
    assert answer_words(found.answer) in shown(app)
    step = action_words(found.action)
    assert step in [button.label for button in app.button]
    assert [button.label for button in app.get("download_button")] == ["Report as HTML", "Report as PDF"]
    home = opened("0_home.py")
    assert home.subheader[0].value.replace("\\", "") == sentence(found.headline)
    assert home.main.button[0].label == step


def test_nothing_above_how_it_was_measured_is_for_engineers(worked: Workspace) -> None:
    app = opened(RESULTS)
    for word in ("labelcore ", "alpha", "TPR", "TNR", "effective", "jv_"):
        assert word not in shown(app)


def test_what_fails_most_leads_to_its_outputs(worked: Workspace) -> None:
    first = failures(worked).rows[0]
    app = opened(RESULTS)
    assert f"{share_words(first.share.value or 0)} · {first.criterion[:12]}" in shown(app)
    assert f"({first.outputs})" in shown(app)
    outputs = opened("1_outputs.py", outputs_criterion=first.criterion_id)
    assert f"{first.outputs} outputs match" in shown(outputs)


def test_the_judges_in_use_show_what_is_missing_and_puts_it_first(worked: Workspace) -> None:
    db, project_id = worked.db, worked.project.id
    stored = judges.chosen(db, project_id)
    assert stored is not None and stored["figures"]["members"]
    lacking = stored["figures"]["members"][0] | {"caught": 29, "fails": 30, "wanted": 0.9, "share": 0.4}
    figures = stored["figures"] | {"members": [lacking]}
    judges.save_choice(db, project_id, stored["judge_version_ids"], stored["parameters"], figures)
    app = opened(RESULTS, view="judges")
    assert any(element.value == "Good enough yet?" for element in app.subheader)
    assert any("29 of 30 failed outputs were found so far" in element.value for element in app.markdown)
    (button,) = [button for button in app.button if "that help most" in button.label]
    healthy(button.click().run())
    assert "come first now" in app.success[0].value
    after = grading.grading_queue(worked).items
    assert after and not {item.output.id for item in after} & set(grading.human_labels(worked).value)


def test_how_it_was_measured_says_on_which_grades_it_rests(worked: Workspace) -> None:
    app = opened(RESULTS, view="why")
    assert any("Which grades each figure rests on" in element.value for element in app.markdown)
    assert any("pass rate rests on all" in element.value for element in app.markdown)


def test_slices_are_shown_in_a_chart_and_in_numbers(place: Workspace) -> None:
    project = place.project
    made = [
        Output(
            id=output_table.content_id(project.id, f"text {k}"),
            project_id=project.id,
            text=f"text {k}",
            metadata={"city": "Ulm *x*" if k % 2 else "Bonn"},
        )
        for k in range(60)
    ]
    output_table.add(place.db, made)
    grading.record(
        place,
        [
            Grade(
                id=f"g{k}",
                project_id=project.id,
                output_id=output.id,
                annotator="ann",
                value="fail" if k % 2 and k < 50 else "pass",
            )
            for k, output in enumerate(made)
        ],
    )
    app = opened(RESULTS)
    assert any(element.value == "#### Where it is better or worse" for element in app.markdown)
    (chart,) = [figure for figure in app.get("plotly_chart") if "clearly worse" in figure.proto.spec]
    assert "Ulm *x*" in chart.proto.spec and "clearly better" in chart.proto.spec
    app = opened(RESULTS, view="parts")
    rows = next(table.value for table in app.dataframe if "city" in table.value.columns)
    assert list(rows["city"]) == ["Ulm *x*", "Bonn"] and list(rows["graded"]) == ["30", "30"]
    assert any(r"Ulm \*x\*\: worse than the rest\: \-83 points" in element.value for element in app.markdown)
