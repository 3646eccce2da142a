"""The page of a replay: what each strategy would have done, and how far that can be believed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from apportion.simulation.replaying.answer import Replay
from apportion.simulation.replaying.words import HEADS, MEANINGS, cells, doubts_of, head_words
from apportion.simulation.report.frame import drawing, figure, framed, table

_METHOD = (
    "Estimates, not measurements. A model of durations and failures by worker and task type was fitted to the recorded "
    "outcomes, each weighted by the recorded probability of its pick where that is known. The same tasks were then "
    "played at the same times against workers that are as the model says; each strategy several times, each time with "
    "a model that was fitted to another draw of the outcomes. What the model gets wrong about the strategy that really "
    "decided is taken out of the estimates and added to their intervals."
)


def write_replay(replay: Replay, path: Path) -> None:
    """Write the report of a replay to a file.

    Raises:
        MissingExtraError: the library that draws is not installed.
        OSError: the file cannot be written.
    """
    path.write_text(replay_page(replay), encoding="utf-8")


def replay_page(replay: Replay) -> str:
    """Return the report of a replay as HTML that loads nothing.

    Raises:
        MissingExtraError: the library that draws is not installed.
    """
    parts = [*_doubts(replay), *_table(replay), *_pictures(replay), *_meanings()]
    return framed("Decisions, replayed", "Recorded decisions under other strategies", head_words(replay), parts)


def _doubts(replay: Replay) -> Iterator[str]:
    found = doubts_of(replay)
    if found:
        yield "<h2>What speaks against believing it</h2><ul>"
        yield "".join(f"<li>{escape(doubt)}</li>" for doubt in found)
        yield "</ul>"


def _table(replay: Replay) -> Iterator[str]:
    yield "<h2>Estimates, the lowest flow time first</h2>"
    yield from table(HEADS, [cells(each) for each in sorted(replay.estimates, key=lambda each: each.flow.value)])


def _pictures(replay: Replay) -> Iterator[str]:
    with drawing():
        from apportion.simulation.report.replay_charts import intervals
    actual = replay.actual
    yield "<h2>Had it decided all the time</h2>"
    drawn = intervals(replay, lambda each: each.flow, actual.flow, "mean seconds from submit to success", "as recorded")
    yield figure(drawn, "Dots: estimates. Bars: their 95 % intervals. Orange: the record says little. Left is better.")
    yield "<h2>Each decision alone</h2>"
    drawn = intervals(replay, lambda each: each.work.seconds, None, "mean seconds from start to success", "")
    yield figure(drawn, "What its choice would have cost at each recorded moment, all others being as they were.")


def _meanings() -> Iterator[str]:
    yield f"<h2>How this was estimated</h2><p>{escape(_METHOD)}</p><dl>"
    for name, meaning in MEANINGS.items():
        yield f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>"
    yield "</dl>"
