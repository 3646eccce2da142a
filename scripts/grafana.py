"""Writes deploy/grafana/apportion.json: the dashboard for those who have Grafana, from the panels below.

python -m scripts.grafana
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "deploy" / "grafana" / "apportion.json"
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT = 24, 8


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes:
        title: what it answers.
        queries: legend -> expression.
        unit: Grafana's name of the unit.
        kind: ``"stat"`` for one number, ``"timeseries"`` for its course.
        stacked: whether its series are parts of one sum.
    """

    title: str
    queries: dict[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    stacked: bool = False


def _quantile(share: float, metric: str, by: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket[$__rate_interval])))"


ROWS: dict[str, list[Panel]] = {
    "At a glance": [
        Panel("Waiting", {"": 'sum(apportion_tasks{state="queued"})'}, kind="stat"),
        Panel("Held", {"": 'sum(apportion_tasks{state="assigned"})'}, kind="stat"),
        Panel("Longest wait", {"": "max(apportion_queue_oldest_seconds)"}, "s", "stat"),
        Panel("Workers", {"{{status}}": "sum by (status) (apportion_workers)"}, kind="stat"),
        Panel(
            "Used capacity",
            {"": 'sum(apportion_capacity{kind="used"}) / sum(apportion_capacity{kind="total"})'},
            "percentunit",
            "stat",
        ),
        Panel("Refused in 5 min", {"": "sum(increase(apportion_refusals_total[5m]))"}, kind="stat"),
    ],
    "Tasks": [
        Panel("Queue by type", {"{{task_type}}": "apportion_queue_depth"}, stacked=True),
        Panel(
            "Attempts that ended",
            {"{{outcome}}": "sum by (outcome) (rate(apportion_outcomes_total[$__rate_interval]))"},
            "ops",
            stacked=True,
        ),
        Panel(
            "Wait",
            {"half": _quantile(0.5, "apportion_wait_seconds"), "95 of 100": _quantile(0.95, "apportion_wait_seconds")},
            "s",
        ),
        Panel("Run, 95 of 100", {"{{task_type}}": _quantile(0.95, "apportion_run_seconds", "task_type")}, "s"),
        Panel(
            "Failing share by type",
            {
                "{{task_type}}": 'sum by (task_type) (rate(apportion_outcomes_total{outcome=~"failed|gave up"}[5m]))'
                " / sum by (task_type) (rate(apportion_outcomes_total[5m]))"
            },
            "percentunit",
        ),
        Panel("Longest wait by type", {"{{task_type}}": "apportion_queue_oldest_seconds"}, "s"),
    ],
    "Workers": [
        Panel("Utilisation", {"{{worker}}": "apportion_worker_utilisation"}, "percentunit"),
        Panel("Load", {"{{worker}}": "apportion_worker_load"}, stacked=True),
        Panel("Leases lost in 5 min", {"": "sum(increase(apportion_leases_lost_total[5m]))"}),
        Panel("Overloaded workers", {"{{kind}}": "sum by (kind) (apportion_recommendations)"}, stacked=True),
    ],
    "Decisions": [
        Panel(
            "Decisions",
            {"{{strategy}}": "sum by (strategy) (rate(apportion_decisions_total[$__rate_interval]))"},
            "ops",
        ),
        Panel(
            "Time of a decision",
            {
                "half": _quantile(0.5, "apportion_decision_seconds"),
                "99 of 100": _quantile(0.99, "apportion_decision_seconds"),
            },
            "s",
        ),
        Panel("Weights", {"{{strategy}}": "apportion_strategy_weight"}, stacked=True),
        Panel(
            "Refusals",
            {"{{status}} {{reason}}": "sum by (status, reason) (rate(apportion_refusals_total[$__rate_interval]))"},
            "ops",
        ),
        Panel("Events", {"{{kind}}": "sum by (kind) (rate(apportion_events_total[$__rate_interval]))"}, "ops"),
        Panel("Workers without series", {"": "apportion_workers_unlisted"}, kind="stat"),
    ],
}


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana reads it."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row, wanted in ROWS.items():
        panels.append({"type": "row", "title": row, "gridPos": _place(0, top, _WIDTH, 1), "panels": []})
        top += 1
        across = 6 if all(panel.kind == "stat" for panel in wanted) else 2
        width, height = _WIDTH // across, 4 if across == 6 else _HEIGHT
        for number, panel in enumerate(wanted):
            place = _place(number % across * width, top + number // across * height, width, height)
            panels.append(_panel(panel, place))
        top += -(-len(wanted) // across) * height
    for number, drawn in enumerate(panels, start=1):
        drawn["id"] = number
    return {
        "title": "Apportion",
        "uid": "apportion",
        "description": "Tasks, workers and decisions of a service; docs/guides/watch-a-service.md",
        "tags": ["apportion"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [{"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}]},
        "panels": panels,
    }


def _place(left: int, top: int, width: int, height: int) -> dict[str, int]:
    return {"x": left, "y": top, "w": width, "h": height}


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    custom = {"fillOpacity": 25, "stacking": {"mode": "normal" if panel.stacked else "none"}}
    return {
        "type": panel.kind,
        "title": panel.title,
        "gridPos": place,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, "custom": custom}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": _SOURCE, "expr": expression, "legendFormat": legend}
            for number, (legend, expression) in enumerate(panel.queries.items())
        ],
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(dashboard(), indent=2) + "\n", encoding="utf-8")
