"""The log of the service, on standard error: as text, or as a JSON object a line."""

from __future__ import annotations

import json
import logging
from typing import Any

from apportion.service.journal import FIELDS


def log_to_stderr(log_format: str) -> None:
    """Begin to log."""
    text = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if log_format == "json" else logging.Formatter(text))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class _JsonLines(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": record.created, "level": record.levelname, "logger": record.name}
        line.update(message=record.getMessage(), **getattr(record, FIELDS, {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
