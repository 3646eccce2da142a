"""Problems of the service itself."""

from __future__ import annotations

from collections.abc import Iterator

from apportion.service.overview.situation import Situation
from apportion.wire.overview import ActionView, ProblemView

_LATELY = 120.0


def troubled_store(situation: Situation) -> Iterator[ProblemView]:
    """The store refused a commit."""
    trouble = situation.store
    if trouble is not None and situation.now - trouble.at < _LATELY:
        yield ProblemView(
            "store",
            "critical",
            "The store refuses to write",
            f"{trouble.said}.",
            "Make room on its disk or mend it. Nothing that was accepted is lost, and it is tried again by itself.",
            "",
            [],
        )


def failing_strategy(situation: Situation) -> Iterator[ProblemView]:
    """The strategy raised, or chose somebody that it was not given."""
    trouble = situation.strategy
    if trouble is not None and situation.now - trouble.at < _LATELY:
        change = ActionView("Switch to adaptive", "PUT", "/v1/strategy", {"name": "adaptive"})
        yield ProblemView(
            "strategy",
            "critical",
            "The strategy fails",
            f"{trouble.said}.",
            "Let another one decide until it is mended.",
            "/v1/strategy",
            [change],
        )


def draining_service(situation: Situation) -> Iterator[ProblemView]:
    """The service was asked to end."""
    if situation.draining:
        yield ProblemView(
            "ending", "notice", "The service is ending", "It hands out nothing new.", "Start it again.", "", []
        )
