"""Traces of tasks, for those who collect them by OpenTelemetry's protocol."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from apportion.errors import MissingExtraError

if TYPE_CHECKING:
    from apportion.service.tracing.spans import Tracing

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The standard's variables that name a collector. Without one nothing is traced, and nothing of it is loaded."""


def open_tracing() -> Tracing | None:
    """Return what writes spans, where somebody collects them.

    Raises:
        MissingExtraError: somebody does, and the extra ``telemetry`` is not installed.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return None
    try:
        from apportion.service.tracing.spans import Tracing
    except ImportError as absent:
        raise MissingExtraError(f"sending traces ({' or '.join(ENDPOINTS)} is set)", "telemetry") from absent
    return Tracing()
