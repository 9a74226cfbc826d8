"""The library of parametrised checks: what can be measured on an output without a model.

``REGISTRY`` maps a detector's name to it; importing this package fills it.
"""

from labelcore.judges.detectors import form, grounding, manner, phrases, reference, structure
from labelcore.judges.detectors.base import REGISTRY, Detector

__all__ = ["REGISTRY", "Detector", "form", "grounding", "manner", "phrases", "reference", "structure"]
