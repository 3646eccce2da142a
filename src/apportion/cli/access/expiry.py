"""When a token ends, as people say it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import typer

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_LENGTH: Final = re.compile(r"(\d{1,6})([smhdw])")


def expiry_of(text: str | None, now: float) -> float | None:
    """Return Unix seconds: ``12h``, ``30d`` or ``4w`` from now, or a date such as ``2027-01-31``; None: never.

    Raises:
        typer.BadParameter: it is neither, or over already.
    """
    if text is None:
        return None
    length = _LENGTH.fullmatch(text)
    if length is not None:
        at = now + int(length[1]) * _UNITS[length[2]]
    else:
        try:
            at = datetime.fromisoformat(text).astimezone().timestamp()
        except (ValueError, OverflowError) as problem:
            said = f"{text!r} is neither a length such as 12h or 30d nor a date such as 2027-01-31"
            raise typer.BadParameter(said, param_hint="--expires") from problem
    if at <= now:
        raise typer.BadParameter(f"{text} is over already", param_hint="--expires")
    return at
