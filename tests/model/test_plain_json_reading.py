"""JSON is read quickly where it can be, and comes back as it was given all the same."""

import json
import math
import struct

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.model.plain_json import decode, encode

FLOATS = st.binary(min_size=8, max_size=8).map(lambda eight: struct.unpack("d", eight)[0]).filter(math.isfinite)
PLAIN = st.none() | st.booleans() | st.integers() | FLOATS | st.text(st.characters())
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner))


@given(VALUES)
@example("half a pair: \ud800")
@example({"\udfff": 2**70, "z": -0.0})
@example([5e-324, 1.7976931348623157e308, 1e22, -(2**64)])
def test_what_is_read_is_what_was_written(value: object) -> None:
    text = encode("value", value)
    read = decode(text)
    assert repr(read) == repr(value)
    assert text is None or repr(read) == repr(json.loads(text))
