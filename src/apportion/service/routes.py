"""All calls. The order matters where one address could be read as another."""

from __future__ import annotations

from apportion.service.api import (
    dashboard,
    deciding,
    events,
    health,
    history,
    overview,
    schema,
    session,
    tasks,
    tasks_changed,
    tasks_waited,
    worker_work,
    workers,
)
from apportion.service.route import Route

ROUTES: tuple[Route, ...] = (
    *history.ROUTES,
    *tasks_changed.ROUTES,
    *tasks_waited.ROUTES,
    *tasks.ROUTES,
    *worker_work.ROUTES,
    *workers.ROUTES,
    *deciding.ROUTES,
    *overview.ROUTES,
    *events.ROUTES,
    *health.ROUTES,
    *schema.ROUTES,
    *session.ROUTES,
    *dashboard.ROUTES,
)
