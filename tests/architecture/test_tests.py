"""A test waits for a thing to happen, never for a while to pass."""

import ast

from tests.architecture.tree import TESTS, name_of, tree_of


def test_no_test_sleeps():
    sleeps = {
        f"{name_of(path)}:{node.lineno}"
        for path in TESTS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "sleep"
    }
    assert sleeps == set()
