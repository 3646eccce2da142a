"""functions.py PACKAGE: parses the sources of a package and names its longest function."""

import ast
import sys

from corpus import sources
from pace import at_the_workers_pace


def longest() -> str:
    """Return how many functions there are, and which is the longest."""
    found = [
        (node.end_lineno - node.lineno + 1, node.name, path.name)
        for path in sources(sys.argv[1])
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    lines, name, file = max(found)
    return f"{len(found)} functions; the longest is {name} in {file} with {lines} lines"


print(at_the_workers_pace(longest))
