"""The names of log files: any id has one of its own, in the folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.executors.log_name import log_name

ANY_ID = st.text(st.characters(), min_size=1, max_size=300)
NEARLY_ALIKE = st.text(st.sampled_from("aA./%~-_2eEF\0\n é\ud800"), min_size=1, max_size=8)
LONG = st.builds(str.__add__, st.sampled_from(["x" * 199, "x" * 200, "/" * 70]), st.text("x/~%", max_size=4))


@pytest.mark.parametrize(
    ("task_id", "name"),
    [
        ("lint-src_2.1", "lint-src_2.1.log"),
        ("a/b", "a%2Fb.log"),
        ("../../x", "%2E.%2F..%2Fx.log"),
        (".", "%2E.log"),
        ("100%", "100%25.log"),
        ("~", "%7E.log"),
        ("é", "%C3%A9.log"),
        ("a\0b\n", "a%00b%0A.log"),
    ],
)
def test_examples(task_id, name):
    assert log_name(task_id) == name


@given(ANY_ID | NEARLY_ALIKE | LONG)
def test_a_name_is_a_plain_file_in_the_folder(task_id):
    name = log_name(task_id)
    assert Path(name).name == name
    assert not name.startswith(".")
    assert name.isascii()
    assert name.isprintable()
    assert len(name) < 255


@given(st.lists(ANY_ID | NEARLY_ALIKE | LONG, unique=True, max_size=30))
def test_no_two_ids_share_a_name(task_ids):
    assert len({log_name(task_id) for task_id in task_ids}) == len(task_ids)


def test_a_long_id_cannot_be_chosen_to_meet_the_hash_of_another():
    victim = "x" * 300
    forged = log_name(victim).removesuffix(".log")
    assert log_name(forged) != log_name(victim)
