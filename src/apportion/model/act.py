"""What an administrator did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the audit log.

    Attributes:
        at: Unix seconds at which it was asked for.
        token: id of the token; None: the service ran open, or it was done at the command line.
        address: where the request came from; ``"command line"`` for what was done there.
        name: what was asked for, such as ``"worker.drain"``.
        target: whom or what it was done to.
        outcome: the status of the answer; None: nothing is known of its end.
        number: its place in the log, from 1; 0: it is not written yet.
    """

    at: float
    token: str | None
    address: str
    name: str
    target: str
    outcome: int | None = None
    number: int = 0
