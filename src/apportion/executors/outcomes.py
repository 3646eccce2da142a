"""How an attempt ended, put into an `Outcome`."""

from __future__ import annotations

from enum import Enum

from apportion.executors.lines import one_line
from apportion.executors.signals import Busy, Fatal
from apportion.ports import Attempt, Outcome


class Stop(Enum):
    """Why an attempt was not left to end by itself."""

    CANCELLED = "cancelled"
    CLOSED = "cancelled: the executor was closed"
    TIMED_OUT = "timed out"


def error_line(error: BaseException) -> str:
    """Return an exception as ``ValueError: what it said``."""
    name = type(error).__name__
    try:
        said = one_line(str(error))
    except Exception:  # noqa: BLE001 -- whatever a handler's exception does when it is asked what it says
        said = "(its message cannot be read)"
    return f"{name}: {said}" if said else name


def of_exception(error: BaseException, duration: float = 0.0) -> Outcome:
    """Return the outcome of a handler that raised."""
    if isinstance(error, Busy):
        return Outcome(success=False, error=str(error), duration=duration, busy_for=error.seconds)
    if isinstance(error, Fatal):
        reason = one_line(str(error)) or "Fatal"
        return Outcome(success=False, error=reason, duration=duration, retry=False, fault="task")
    return Outcome(success=False, error=error_line(error), duration=duration)


def of_stop(
    stop: Stop, attempt: Attempt, duration: float, *, detail: str = "", exit_code: int | None = None
) -> Outcome:
    """Return the outcome of an attempt that was stopped.

    Args:
        stop: why.
        attempt: which.
        duration: how long it ran.
        detail: what else is worth knowing.
        exit_code: of a command.
    """
    timed_out = stop is Stop.TIMED_OUT
    reason = f"timed out after {attempt.timeout:g} s" if timed_out and attempt.timeout is not None else stop.value
    return Outcome(
        success=False,
        error=f"{reason}: {detail}" if detail else reason,
        duration=duration,
        exit_code=exit_code,
        timed_out=timed_out,
        cancelled=not timed_out,
    )
