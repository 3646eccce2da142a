"""What every test may lean on: how long properties are searched, what a skip means, where recorded workloads lie."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import settings

IN_CI = os.environ.get("CI") == "true"
A_SKIP_FAILS = IN_CI or os.environ.get("APPORTION_REQUIRE_SERVICES") == "1"

# Nothing is timed in tests, so neither profile has a deadline. CI searches longer, and the same way every time.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=500)
settings.load_profile("ci" if IN_CI else "dev")


@pytest.fixture(scope="session")
def traces() -> Path:
    """Return the folder of recorded workloads, which lies beside the checkout and is not part of it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("recorded workloads are absent: no folder ../shared/data")
    return folder


# Where everything that tests talk to has to be there, a test that was skipped is a test that was lost.


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    report = yield
    return _failed_if_it_shows_a_token(_failed_if_skipped(report))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    report = yield
    return _failed_if_skipped(report)


def _failed_if_skipped(report):
    expected_to_fail = hasattr(report, "wasxfail")
    if A_SKIP_FAILS and report.skipped and not expected_to_fail:
        _, _, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a skip is a failure here: {reason.removeprefix('Skipped: ')}"
    return report


# A token that anything prints while it is tested would be in somebody's log.
A_TOKEN = re.compile(r"apportion_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


def _failed_if_it_shows_a_token(report):
    shown = [name for name, text in report.sections if A_TOKEN.search(text)]
    if report.when == "teardown" and report.passed and shown:  # by then it has said everything
        report.outcome = "failed"
        report.longrepr = f"a token is in its {', '.join(shown)}"
    return report
