"""What every implementation of a socket must show, one suite a socket: run it over your own.

A check is a function that raises AssertionError with the promise that is broken. No test framework is needed; under
pytest, parametrise one test over the suite's ``CHECKS``.
"""
