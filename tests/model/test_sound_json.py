"""JSON that was put together here is written quickly where that can be, and always as the same JSON."""

import math
from typing import Any

import pytest

from apportion.errors import FieldError
from apportion.model import plain_json
from apportion.model.plain_json import SoundJson, decode, encode

HALF_A_PAIR = "\ud800"
VALUES: list[dict[str, Any]] = [
    {},
    {"text": 'ä "quoted" \n', "number": 0.1 + 0.2, "tiny": 5e-324, "none": None, "flag": True},
    {"list": [1, [2.5, {"inner": SoundJson(name="w")}]], "half": HALF_A_PAIR},
    {"big": 2**80},
]


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("extra", [True, False], ids=["with the extra", "without"])
def test_it_comes_back_as_any_json(value: dict[str, Any], extra: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not extra:
        monkeypatch.setattr(plain_json, "_bytes_of", None)
    assert decode(encode("field", SoundJson(value))) == decode(encode("field", value)) == value


def test_what_others_gave_is_looked_at_all_the_same() -> None:
    with pytest.raises(FieldError, match="field"):
        encode("field", {"a": math.nan})
