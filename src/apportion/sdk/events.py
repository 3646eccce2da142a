"""Server-sent events, read as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        id: where in the stream it stands; ``Last-Event-ID`` for whoever wants to go on behind it.
        kind: such as ``task-succeeded``; ``reset``: some were missed, look at everything anew.
        data: who and what.
    """

    id: str
    kind: str
    data: dict[str, Any]


class EventReader:
    """Makes events of lines.

    Attributes:
        last: the id of the last event, or None.
        pause: seconds after which the service wants to be asked again when the stream ends.
    """

    def __init__(self, last: str | None) -> None:
        self.last = last
        self.pause = 1.0
        self._fields: dict[str, str] = {}

    def read(self, line: str) -> Event | None:
        """Take in a line; return the event that it completes, if it does."""
        if line:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in self._fields:
                value = f"{self._fields['data']}\n{value}"
            self._fields[name] = value
            return None
        fields, self._fields = self._fields, {}
        if fields.get("retry", "").isdigit():
            self.pause = int(fields["retry"]) / 1000
        if "data" not in fields:
            return None
        self.last = fields.get("id", self.last)
        return Event(
            self.last or "", fields.get("event", "message"), msgspec.json.decode(fields["data"], type=dict[str, Any])
        )

    def broken(self) -> None:
        """The stream has ended: what was read of an event will come again."""
        self._fields = {}
