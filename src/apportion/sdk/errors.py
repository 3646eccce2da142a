"""Errors that only a client of a service meets; the others are in `apportion.errors`."""

from __future__ import annotations

from collections.abc import Iterable

from apportion.errors import ApportionError, CallerError


class RefusedError(CallerError):
    """A service refused the call, for a reason that has no error of its own.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class PartlySubmittedError(ApportionError):
    """Of a list of tasks too long for one request, the first ones were taken and the others not; the cause says why.

    Attributes:
        ids: of those that were taken, in their order.
    """

    def __init__(self, ids: Iterable[str], reason: object) -> None:
        self.ids = list(ids)
        super().__init__(f"the first {len(self.ids)} tasks were taken, the others not: {reason}")
