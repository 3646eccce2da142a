"""Runs the Python blocks of a document in one namespace: a list of [line, text] from standard input, in JSON.

Prints what each printed, as a JSON list. Errors name the document and its lines.
"""

import contextlib
import io
import json
import sys


def main() -> None:
    document = sys.argv[1]
    namespace = {"__name__": "__main__"}
    printed = []
    for line, text in json.load(sys.stdin):
        output = io.StringIO()
        code = compile("\n" * (line - 1) + text, document, "exec")
        with contextlib.redirect_stdout(output):
            exec(code, namespace)
        printed.append(output.getvalue())
    json.dump(printed, sys.stdout)


main()
