"""What others watch a service with: every figure that they ask for is in the table, and the files are in order."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from apportion.metrics.metric import Metric
from apportion.metrics.table import METRICS
from scripts import grafana

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"


def shown_as(metric: Metric) -> set[str]:
    suffixes = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}[metric.kind]
    return {metric.name + suffix for suffix in suffixes}


@pytest.mark.parametrize("file", [ALERTS, grafana.TARGET], ids=lambda file: file.name)
def test_every_figure_that_is_asked_for_is_one_of_the_table(file):
    asked = set(re.findall(r"\bapportion_[a-z_]+", file.read_text(encoding="utf-8")))
    assert asked
    assert asked - {name for metric in METRICS for name in shown_as(metric)} == set()


@pytest.mark.parametrize("file", [ALERTS, grafana.TARGET], ids=lambda file: file.name)
def test_it_is_asked_by_labels_that_the_figure_has(file):
    labels = {name: set(metric.labels) for metric in METRICS for name in shown_as(metric)}
    text = file.read_text(encoding="utf-8").replace('\\"', '"')
    for name, chosen in re.findall(r"\b(apportion_[a-z_]+)\{([^}]*)\}", text):
        assert set(re.findall(r"(\w+)(?:=~|!=|=)", chosen)) <= labels[name], name


def test_the_dashboard_is_as_drawn():
    assert json.loads(grafana.TARGET.read_text(encoding="utf-8")) == grafana.dashboard(), "make docs"
    seen = grafana.TARGET.read_text(encoding="utf-8")
    assert [metric.name for metric in METRICS if metric.name not in seen] == []


def test_every_alert_says_what_to_do():
    alerts = ALERTS.read_text(encoding="utf-8").split("- alert: ")[1:]
    assert len(alerts) >= 9
    for alert in alerts:
        assert re.search(r"severity: (page|warn)\b", alert)
        assert "summary: " in alert
        assert "action: " in alert


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool: make services")
def test_the_rules_are_valid():
    checked = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
