"""The trace that a submit belongs to, where the program traces itself."""

from __future__ import annotations

import sys


def current_traceparent() -> str | None:
    """Return the current span as W3C Trace Context writes it; None: there is none.

    A program that traces has loaded OpenTelemetry itself. For any other it is not worth loading.
    """
    if "opentelemetry.trace" not in sys.modules:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")
