"""The charts of a report, each as SVG text. Axes are `Any`: the library's own types leave too much unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from apportion.simulation.figures.series import LEVELS
from apportion.simulation.result import SimulationResult

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be searched, and is a tenth of the size
    "svg.hashsalt": "apportion",  # the same report twice is the same file
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}
Drawing = Callable[[Any], None]

_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_WIDTH = 7.2
_STYLES = ("-", "--", "-.", ":")
_COLOURS = 10
_MOST_LINES = 12


def tails(results: Sequence[SimulationResult], what: str, label: str) -> str:
    """Return how many tasks had more than so much: of ``waits`` or ``slowdowns``, both axes logarithmic."""
    share = 1.0 - np.array(LEVELS, dtype=np.float64) / 100.0

    def draw(axes: Any) -> None:
        for place, result in enumerate(results):
            values = getattr(result.series, what)
            if values:
                kept = share[:-1] > 0
                axes.plot(
                    np.array(values[:-1])[kept],
                    share[:-1][kept],
                    _STYLES[place // _COLOURS % 4],
                    label=result.strategy,
                    lw=1.3,
                )
        axes.set_xscale("symlog", linthresh=_small(results, what))
        axes.set_yscale("log")
        axes.set_xlabel(label)
        axes.set_ylabel("share of tasks that had more")

    return chart(draw, 3.6, legend=True)


def _small(results: Sequence[SimulationResult], what: str) -> float:
    """Return where the axis stops being logarithmic: waits of 0 have to be somewhere."""
    medians = [value for result in results for value in getattr(result.series, what) if value > 0]
    return float(np.percentile(medians, 5)) if medians else 1.0


def loads(result: SimulationResult) -> str:
    """Return how busy each worker was over time, as a map: a line a worker, the darker the busier."""
    ids = list(result.series.load)
    grid = np.array([result.series.load[id] for id in ids], dtype=np.float64).clip(0.0, 1.0)
    end = _end(result)

    def draw(axes: Any) -> None:
        image = axes.imshow(
            grid, aspect="auto", cmap="Blues", vmin=0, vmax=1, interpolation="nearest", extent=(0, end, len(ids), 0)
        )
        axes.grid(visible=False)
        if len(ids) <= 24:
            axes.set_yticks(np.arange(len(ids)) + 0.5, ids)
        else:
            axes.set_ylabel(f"{len(ids)} workers, in the order of the file")
        axes.set_xlabel("seconds of the trace")
        axes.figure.colorbar(image, ax=axes, label="busy share")
        _mark_events(axes, result)

    return chart(draw, min(6.0, 1.2 + 0.16 * min(len(ids), 24)))


def weights(result: SimulationResult) -> str | None:
    """Return the adaptive weights over time, stacked; None where there are none."""
    series = result.series
    if not series.weights:
        return None

    def draw(axes: Any) -> None:
        axes.stackplot(series.weight_times, list(series.weights.values()), labels=list(series.weights), alpha=0.85)
        axes.set_ylim(0, 1)
        axes.set_xlabel("seconds of the trace")
        axes.set_ylabel("weight")
        _mark_events(axes, result)

    return chart(draw, 2.4, legend=True)


def moved(results: Sequence[SimulationResult], worker: str) -> str:
    """Return which share of the tasks went to a worker over time, under each strategy, with what happened to it."""

    def draw(axes: Any) -> None:
        for place, result in enumerate(results[:_MOST_LINES]):
            style = _STYLES[place // _COLOURS % 4]
            axes.plot(result.series.times, result.series.shares[worker], style, label=result.strategy, lw=1.3)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("seconds of the trace")
        axes.set_ylabel("share of new tasks")
        _mark_events(axes, results[0], worker)

    return chart(draw, 2.8, legend=True)


def _mark_events(axes: Any, result: SimulationResult, worker: str | None = None) -> None:
    for reaction in result.figures.reactions:
        if worker is None or reaction.worker == worker:
            axes.axvline(reaction.at, color="crimson", lw=0.8, alpha=0.6)


def _end(result: SimulationResult) -> float:
    times = result.series.times
    return times[-1] + times[0] if times else 1.0


def chart(draw: Drawing, height: float, *, legend: bool = False) -> str:
    """Return what ``draw`` draws into axes of this height in inches, as SVG text."""
    with mpl.rc_context(_STYLE):  # pyright: ignore[reportUnknownMemberType]
        figure: Any = Figure(figsize=(_WIDTH + 1.6 * legend, height), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        if legend:
            axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
        text = StringIO()
        figure.savefig(text, format="svg", metadata=_NO_METADATA)
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def affected(results: Iterable[SimulationResult]) -> list[str]:
    """Return the workers that something happened to, in the order of time."""
    return list(dict.fromkeys(reaction.worker for result in results for reaction in result.figures.reactions))
