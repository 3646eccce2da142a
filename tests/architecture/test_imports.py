"""What the floors, which `make imports` checks, do not say."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.architecture.tree import PACKAGE, SOURCES, name_of, tree_of

CORE_AND_BELOW = {"core", "model", "errors", "clock", "ports", "events", "wire", "config", "validation"}

# Prints what is loaded on top of what the interpreter starts with.
WHAT_LOADS = "import sys; before = set(sys.modules); import apportion; print(*set(sys.modules) - before)"


def loaded_by_the_package() -> set[str]:
    done = subprocess.run([sys.executable, "-c", WHAT_LOADS], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_the_core_and_nothing_above():
    rooms = {name.split(".")[1] for name in loaded_by_the_package() if name.startswith("apportion.")}
    assert "core" in rooms
    assert rooms - CORE_AND_BELOW == set()


def test_importing_the_package_loads_no_library_but_numpy():
    libraries = {name.split(".")[0] for name in loaded_by_the_package()} - sys.stdlib_module_names
    assert libraries - {"apportion", "numpy"} == set()


@pytest.mark.parametrize("module", ["asyncio", "sqlite3", "logging", "socket", "subprocess", "threading"])
def test_importing_the_package_loads_nothing_that_talks_or_waits(module: str):
    assert module not in loaded_by_the_package()


def imports_from_the_root(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ("import apportion" for alias in node.names if alias.name == "apportion")
        elif isinstance(node, ast.ImportFrom) and node.module == "apportion":
            yield from (alias.name for alias in node.names if not is_a_module(alias.name))


def is_a_module(name: str) -> bool:
    return (PACKAGE / name / "__init__.py").is_file() or (PACKAGE / f"{name}.py").is_file()


def test_nobody_inside_imports_from_the_package_root():
    """The root gathers names for users; whoever is inside asks the module that defines them."""
    found = {f"{name_of(path)}: {name}" for path in SOURCES for name in imports_from_the_root(tree_of(path))}
    assert found == set()
