"""Calibrated probabilities mean what they say, and their figures are scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from labelcore.judges import calibration
from labelcore.judges.calibration import Calibrator
from labelcore.messages import sentence

RANDOM = np.random.default_rng(4)


def overconfident(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities twice as sure (in log odds) as the truth, and off by one towards fail."""
    truth = RANDOM.normal(-1, 1.5, n)
    fails = RANDOM.random(n) < 1 / (1 + np.exp(-truth))
    return 1 / (1 + np.exp(-(2 * truth + 1))), fails


def test_the_calibrator_finds_slope_and_shift() -> None:
    probabilities, fails = overconfident(4000)
    found = Calibrator.fit(probabilities, fails)
    assert found.slope == pytest.approx(0.5, abs=0.06)
    assert found.intercept == pytest.approx(-0.5, abs=0.12)


def test_few_grades_hardly_move_it() -> None:
    found = Calibrator.fit(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]))
    assert found.slope == pytest.approx(1.0, abs=0.25)
    assert Calibrator.fit(np.array([0.9, 0.1]), np.array([True, True])) == Calibrator()


def test_the_order_of_outputs_stays() -> None:
    probabilities, fails = overconfident(300)
    shown = Calibrator.fit(probabilities, ~fails)(probabilities)  # even where it is inverted
    order = np.argsort(probabilities)
    assert (np.diff(shown[order]) >= 0).all()


def test_figures_are_those_of_scikit_learn() -> None:
    probabilities, fails = overconfident(400)
    found = calibration.reliability(probabilities, probabilities, fails, [str(i) for i in range(400)])
    assert found.brier == pytest.approx(brier_score_loss(fails, probabilities))
    constant = (fails.sum() - fails) / 399
    assert found.baseline == pytest.approx(float(np.mean((constant - fails) ** 2)))
    observed, predicted = calibration_curve(fails, probabilities, n_bins=10, strategy="quantile")
    assert [bar.predicted for bar in found.bins] == pytest.approx(predicted.tolist())
    assert [bar.observed.value for bar in found.bins] == pytest.approx(observed.tolist())
    assert found.error == pytest.approx(float(np.mean(np.abs(observed - predicted))))


def test_calibration_lowers_the_error_out_of_fold() -> None:
    probabilities, fails = overconfident(1000)
    half = np.arange(1000) % 2 == 0
    calibrated = probabilities.copy()
    for seen in (half, ~half):
        calibrated[~seen] = Calibrator.fit(probabilities[seen], fails[seen])(probabilities[~seen])
    found = calibration.reliability(probabilities, calibrated, fails, [str(i) for i in range(1000)])
    assert found.error is not None and found.error_before is not None and found.brier is not None
    assert found.error < 0.05 < found.error_before
    assert found.gain_low is not None and found.gain_low > 0
    assert "Brier score" in sentence(found.says)


@pytest.mark.parametrize(("n", "fails", "why"), [(19, 5, "takes 20"), (30, 0, "the same")])
def test_too_little_is_not_measurable(n: int, fails: int, why: str) -> None:
    truth = np.arange(n) < fails
    found = calibration.reliability(np.full(n, 0.3), np.full(n, 0.3), truth, ["a"] * n)
    assert found.brier is None and why in sentence(found.says)
