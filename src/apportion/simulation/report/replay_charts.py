"""The charts of a replay: estimates with their intervals, beside what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from apportion.simulation.replaying.answer import Estimate, Replay
from apportion.simulation.replaying.estimate import Interval
from apportion.simulation.report.charts import chart

_OF_A_STRATEGY = 0.34


def intervals(
    replay: Replay, what: Callable[[Estimate], Interval], happened: float | None, label: str, real: str
) -> str:
    """Return the interval of each strategy, the lowest first, and a line where the record stands.

    Args:
        replay: the estimates.
        what: the interval of one.
        happened: what really happened; None: nothing to compare with.
        label: of the axis.
        real: what the line is.
    """
    ordered: Sequence[Estimate] = sorted(replay.estimates, key=lambda each: -what(each).value)

    def draw(axes: Any) -> None:
        for place, each in enumerate(ordered):
            found = what(each)
            colour = "C1" if each.doubts else "C0"
            axes.plot([found.low, found.high], [place, place], color=colour, lw=5, alpha=0.35, solid_capstyle="butt")
            axes.plot([found.value], [place], "o", color=colour, ms=5)
        if happened is not None:
            axes.axvline(happened, color="crimson", lw=1.0, label=real)
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), fontsize=8)
        axes.set_yticks(range(len(ordered)), [each.strategy for each in ordered])
        axes.set_ylim(-0.6, len(ordered) - 0.4)
        axes.set_xlabel(label)

    return chart(draw, 1.3 + _OF_A_STRATEGY * len(ordered))
