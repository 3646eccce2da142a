"""A skipped test is named at a desk, and a failure where everything it needs has to be there."""

import pytest

from tests.architecture.tree import ROOT

ONE_OF_EACH_KIND = """
import pytest

def test_without_its_service():
    pytest.skip("no such service")

@pytest.mark.skipif(True, reason="no such platform")
def test_marked():
    pass

@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    assert False
"""


@pytest.fixture
def outcomes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs the three above under our conftest, and counts what became of them."""
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_kinds=ONE_OF_EACH_KIND, test_module="import pytest\npytest.importorskip('no_such_module')")

    def run(**environment: str) -> dict[str, int]:
        for name in ("CI", "APPORTION_REQUIRE_SERVICES"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return pytester.runpytest_subprocess("--continue-on-collection-errors").parseoutcomes()

    return run


def test_at_a_desk_they_are_skipped(outcomes):
    assert outcomes() == {"skipped": 3, "xfailed": 1}


@pytest.mark.parametrize("name_and_value", [{"CI": "true"}, {"APPORTION_REQUIRE_SERVICES": "1"}])
def test_where_nothing_may_be_missing_they_fail(outcomes, name_and_value):
    assert outcomes(**name_and_value) == {"failed": 1, "errors": 2, "xfailed": 1}
