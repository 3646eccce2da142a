"""Expressions over columns compute, and do nothing else."""

import pytest

from apportion.simulation.scenario.expression import columns_of, compiled


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tokens < 200", True),
        ("100 <= tokens < 150", False),
        ("0.5 * tokens + 1", 76.0),
        ("-tokens // 4 % 7", -38 % 7),
        ("tokens / 3", 50.0),
        ("kind == 'chat' and not tokens > 200", True),
        ("kind in ['code', 'chat'] or tokens", True),
        ("kind not in ('code', 'test')", True),
    ],
)
def test_it_is_worked_out_as_python_would(text: str, value: object):
    """Arithmetic, comparisons and words mean what they mean in Python."""
    assert compiled(text)({"tokens": 150, "kind": "chat"}) == value


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "tokens.real", "[x for x in y]", "lambda: 1", "tokens[0]", "f'{tokens}'", "2 ** 9", "", "a b"],
)
def test_whatever_could_do_more_is_refused(text: str):
    """Calls, attributes, subscripts and powers are not part of the language."""
    with pytest.raises(ValueError, match=r"not allowed|not an expression"):
        compiled(text)


def test_the_columns_that_are_asked_for_are_known():
    """Names are columns."""
    assert set(columns_of("a + b < c and d in [1, 'e']")) == {"a", "b", "c", "d"}
