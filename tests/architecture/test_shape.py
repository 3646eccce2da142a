"""Files and functions stay short enough to be seen at once."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import SOURCES, name_of, tree_of

FILE_LINES = 300
FUNCTION_LINES = 50

# Name of a file, or of a file and a function in it, with the reason. Entries are only ever removed.
EXCEPTIONS: dict[str, str] = {}


def too_long() -> Iterator[str]:
    for path in SOURCES:
        if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES:
            yield name_of(path)
        yield from (f"{name_of(path)}: {name}" for name in long_functions(tree_of(path)))


def long_functions(node: ast.AST, within: str = "") -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from long_functions(child, within)
            continue
        name = f"{within}{child.name}"
        lines = (child.end_lineno or child.lineno) - child.lineno + 1
        if lines > FUNCTION_LINES and not isinstance(child, ast.ClassDef):
            yield name
        yield from long_functions(child, f"{name}.")


def test_files_and_functions_are_short():
    assert set(too_long()) - EXCEPTIONS.keys() == set()


def test_no_exception_outlives_its_need():
    assert EXCEPTIONS.keys() - set(too_long()) == set()
