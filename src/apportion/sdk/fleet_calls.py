"""Calls about workers, and about who decides."""

from __future__ import annotations

from collections.abc import Mapping

from apportion import validation
from apportion.errors import UnknownWorkerError
from apportion.sdk.question import Question
from apportion.sdk.submissions import NEEDS, encoded, needs_of
from apportion.sdk.talk import Talk
from apportion.wire.deciding import (
    Applied,
    AppliedAll,
    Explained,
    Health,
    Recommendation,
    Recommendations,
    StrategyView,
)
from apportion.wire.workers import Done, WorkerList, WorkerView


class FleetCalls(Question):
    """Calls about workers, and about who decides."""

    def workers(self) -> Talk[list[WorkerView]]:
        """Return all workers as they are now."""
        return (yield from self.fetch(("workers",), WorkerList)).items

    def worker(self, worker_id: str) -> Talk[WorkerView]:
        """Return a worker as it is now.

        Raises:
            UnknownWorkerError: there is none of that id.
        """
        return (yield from self.fetch(("workers", worker_id), WorkerView))

    def drain(self, worker_id: str) -> Talk[None]:
        """Let a worker finish what it holds, and give it nothing new.

        Raises:
            UnknownWorkerError: there is none of that id.
        """
        path = self.path("workers", worker_id, "drain")
        self.value((yield from self.send("POST", path)), Done, "POST", path)

    def remove_worker(self, worker_id: str) -> Talk[None]:
        """Let a worker go: what it holds is handed back and waits for another.

        Raises:
            UnknownWorkerError: there is none of that id.
        """
        path = self.path("workers", worker_id)
        reply = yield from self.send("DELETE", path)
        try:
            self.value(reply, Done, "DELETE", path)
        except UnknownWorkerError:
            if not reply.doubted:  # else it was let go the first time, and the answer was lost
                raise

    def explain_needs(self, task_type: str | None, options: Mapping[str, object]) -> Talk[Explained]:
        """Return what would be decided for a task that is not submitted."""
        validation.known_fields("explain", options, NEEDS)
        needs = needs_of(options, "explain")
        if task_type is not None:
            needs["task_type"] = task_type
        return (yield from self.post("/v1/explain", encoded("explain", needs), Explained))

    def strategy(self) -> Talk[StrategyView]:
        """Return who decides, and how the adaptive strategy weighs the others."""
        return (yield from self.fetch(("strategy",), StrategyView))

    def set_strategy(self, name: str) -> Talk[StrategyView]:
        """Let another strategy decide from now on.

        Raises:
            FieldError: there is none of that name.
        """
        return (yield from self.post("/v1/strategy", encoded("strategy", {"name": name}), StrategyView, "PUT"))

    def recommendations(self) -> Talk[list[Recommendation]]:
        """Return advice on overload and migration."""
        return (yield from self.fetch(("recommendations",), Recommendations)).items

    def apply_recommendations(self) -> Talk[list[Applied]]:
        """Carry advice out: tasks that have not started are moved, and no others.

        Returns:
            What was advised at that moment, each with whether it was ``applied``, and ``why`` not.
        """
        path = self.path("recommendations", "apply")
        return (yield from self.post(path, b"", AppliedAll)).items

    def ready(self) -> Talk[bool]:
        """Return whether the service takes tasks and hands them out.

        Raises:
            ServiceUnavailableError: it is not there, or drains.
        """
        return self.value((yield from self.send("GET", "/readyz")), Health, "GET", "/readyz").status == "ok"
