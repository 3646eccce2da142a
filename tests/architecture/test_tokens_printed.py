"""A test that prints a token fails: what the suite prints is what users would find in their logs."""

import pytest

from tests.architecture.tree import ROOT

PRINTS = """
import logging

import pytest

TOKEN = "apportion_0123456789ab_" + 43 * "x"

def test_printed():
    print(f"token {TOKEN}")

def test_logged():
    logging.getLogger("apportion").warning("Authorization: Bearer %s", TOKEN)

@pytest.fixture
def late():
    yield
    print(TOKEN)

def test_printed_at_its_end(late):
    pass

def test_of_an_id():
    print("token apportion_0123456789ab")
"""


def test_a_token_in_the_output_is_a_failure(pytester: pytest.Pytester, capsys):
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(PRINTS)
    outcomes = pytester.runpytest_subprocess().parseoutcomes()
    capsys.readouterr()  # or this test would be one that prints a token
    assert outcomes == {"passed": 4, "errors": 3}
