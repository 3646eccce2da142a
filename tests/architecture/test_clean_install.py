"""The base install works alone: the wheel and the base requirements, on every supported Python that is here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1800)]

# About the checkout, or about parts that an extra brings; all the rest is what a base install can do.
OTHER_TESTS = [
    "tests/architecture",
    "tests/cli",
    "tests/acceptance",
    "tests/dashboard",
    "tests/deploy",
    "tests/proofs/test_kills_under_load.py",
    "tests/proofs/test_slow_disk.py",
    "tests/sdk",
    "tests/service",
    "tests/simulation/test_command.py",
    "tests/simulation/test_plan_command.py",
    "tests/simulation/test_replay.py",
    "tests/simulation/test_sizing.py",
    "tests/docs/test_documents_run.py",
]

IMPORT_ALL_OF_THE_CORE = """
import apportion, importlib, pkgutil, apportion.core
for module in pkgutil.walk_packages(apportion.core.__path__, "apportion.core."):
    importlib.import_module(module.name)
print(apportion.__file__)
"""


def run(*command: str | Path) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def interpreters() -> dict[str, str]:
    """Return the supported Pythons that are here, by version: the running one, those on the path, and pyenv's."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": sys.executable}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for version in ("3.11", "3.12", "3.13"):
        candidates = [shutil.which(f"python{version}"), *map(str, pyenv.glob(f"{version}.*/bin/python"))]
        for candidate in candidates:
            if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
                found.setdefault(version, candidate)
    return dict(sorted(found.items()))


INTERPRETERS = interpreters()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package as users get it, built by the pinned tools."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module", params=INTERPRETERS.values(), ids=list(INTERPRETERS))
def python(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a new environment that holds the wheel and the base requirements."""
    folder = tmp_path_factory.mktemp("environment")
    run(request.param, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--require-hashes", "-r", "requirements/base.txt")
    run(python, "-m", "pip", "install", "--no-deps", wheel)
    return python


def test_the_base_requirements_are_all_that_the_core_needs(python: Path):
    run(python, "-m", "pip", "check")
    assert run(python, "-I", "-c", IMPORT_ALL_OF_THE_CORE).strip().startswith(str(python.parents[1]))


def test_a_command_of_an_absent_extra_says_how_to_install_it(python: Path):
    done = subprocess.run([python, "-m", "apportion", "--help"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "pip install 'apportion[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_passes_its_tests_there(python: Path):
    run(python, "-m", "pip", "install", "--require-hashes", "-r", "requirements/test.txt")
    run(python, "-m", "pytest", "-p", "no:cacheprovider", "tests", *(f"--ignore={folder}" for folder in OTHER_TESTS))
