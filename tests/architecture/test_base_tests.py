"""What is called a test of the base install needs no extra to be read."""

import os
import subprocess
import sys

from tests.architecture.extras import ABSENT
from tests.architecture.test_clean_install import OTHER_TESTS
from tests.architecture.tree import ROOT

PLUGINS = ("tests.architecture.without_extras", "pytest_asyncio.plugin", "_hypothesis_pytestplugin", "pytest_timeout")


def test_extras_are_told_from_the_rest():
    assert {"starlette", "uvicorn", "msgspec", "typer"} <= ABSENT
    assert not {"numpy", "pytest", "hypothesis"} & ABSENT


def test_tests_of_extras_are_named_as_such():
    """Else the clean installs, a quarter of an hour later, are the first to see it."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--collect-only", "-qq"),
            *(word for plugin in PLUGINS for word in ("-p", plugin)),
            *("tests", *(f"--ignore={folder}" for folder in OTHER_TESTS)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
