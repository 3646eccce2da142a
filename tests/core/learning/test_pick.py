"""Which open pick an outcome belongs to: held against a search that looks at all of them."""

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.learning.pick import Pick, place_of
from apportion.model.task import TaskRequirements

TASKS = [TaskRequirements({"python"}, number + 1, task_type="ab"[number % 2]) for number in range(4)]
MOMENTS = st.integers(0, 40).map(lambda moment: moment / 4)


@st.composite
def open_picks(draw):
    moments = sorted(draw(st.sets(MOMENTS, max_size=12)))
    return [Pick(draw(st.sampled_from(TASKS)), None, moment, 0.0) for moment in moments]


def searched(picks, task_type, task, began):
    """Return the place by the words of `place_of`, looking at every pick."""
    alike = [
        [place for place, pick in enumerate(picks) if pick.task is task],
        [place for place, pick in enumerate(picks) if pick.task == task],
        [0] if picks else [],
    ]
    if task is None:
        alike = [[place for place, pick in enumerate(picks) if pick.task.task_type == task_type]]
    found = next((places for places in alike if places), [])
    return min(found, key=lambda place: (0 if began is None else abs(picks[place].at - began), place), default=None)


@given(open_picks(), st.sampled_from(["a", "b", "c"]), st.sampled_from([*TASKS, None]), st.none() | MOMENTS)
def test_the_pick_is_the_one_that_a_full_search_finds(picks, task_type, task, began):
    assert place_of(picks, task_type, task, began) == searched(picks, task_type, task, began)


@given(open_picks(), st.sampled_from(TASKS), MOMENTS)
def test_an_equal_task_will_do_where_this_very_one_is_not_there(picks, task, began):
    copy = TaskRequirements.from_dict(task.to_dict())
    assert place_of(picks, copy.task_type, copy, began) == searched(picks, copy.task_type, copy, began)
