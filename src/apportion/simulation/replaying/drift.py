"""Workers that changed while the record was made: the model is one for the whole time, and is wrong about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apportion.simulation.replaying.model import Model, Outcomes

_LEAST = 40
_SURE = 2.2
"""What the largest deviation of a Brownian bridge hardly ever exceeds, one time in 8,000 (Kolmogorov, 1933); durations
have longer tails than its steps."""


@dataclass(frozen=True)
class Drift:
    """A worker that changed.

    Attributes:
        worker: its id.
        factor: by which its durations grew, from before the change to after it.
        share: of its successes that came before.
    """

    worker: str
    factor: float
    share: float


def drifts_of(outcomes: Outcomes, model: Model) -> list[Drift]:
    """Return the workers whose successes took longer, or less long, from some moment on.

    The sums of what a worker's logarithms of durations deviate from their mean would be a Brownian bridge if it never
    changed (Page, "Continuous inspection schemes", Biometrika 41, 1954).
    """
    expected = (model.base + model.effect)[outcomes.worker, outcomes.kind]
    residual = np.log(outcomes.duration) - expected
    found: list[Drift] = []
    for place, worker in enumerate(outcomes.workers):
        own = residual[(outcomes.worker == place) & (outcomes.success > 0)]
        if len(own) >= _LEAST:
            centred = own - own.mean()
            sums = np.abs(np.cumsum(centred))
            at = int(sums.argmax())
            # The spread within both parts: a large change must not hide in its own spread.
            spread = float(
                np.sqrt((own[: at + 1].var() * (at + 1) + own[at + 1 :].var() * (len(own) - at - 1)) / len(own))
            )
            if spread > 0 and at + 1 < len(own) and sums[at] / (spread * np.sqrt(len(own))) > _SURE:
                factor = float(np.exp(own[at + 1 :].mean() - own[: at + 1].mean()))
                found.append(Drift(worker, factor, (at + 1) / len(own)))
    return found


def drift_words(drifts: Sequence[Drift]) -> list[str]:
    """Return what to think of that, in sentences."""
    told = [f"{each.worker} (durations x {each.factor:.2g} after {each.share:.0%} of its tasks)" for each in drifts]
    if not told:
        return []
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    advice = "the model is one for the whole time, so believe it less, or replay the part before or after"
    return [f"workers changed while this was recorded: {', '.join(told[:5])}{more}; {advice}"]
