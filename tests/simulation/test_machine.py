"""The quick queue of ``select`` and the real machine of ``plan`` are the same queue."""

import pytest

from apportion.simulation.simulate import simulate
from tests.simulation.written import POISSON, scenario

FLEETS = {
    "one class": '[[worker]]\nid = "w"\ncount = 4\nfailure_rate = 0.15\nnoise = 0.3\n',
    "two classes": '[[task_type]]\nname = "a"\n[[task_type]]\nname = "b"\ncapabilities = ["gpu"]\n'
    '[[worker]]\nid = "cpu"\ncount = 3\ntask_types = ["a"]\n[[worker]]\nid = "gpu"\ncount = 2\ncapabilities = ["gpu"]\n'
    'task_types = ["b"]\nfailure_rate = 0.1\n',
    "churn": '[[worker]]\nid = "w"\ncount = 5\n[[event]]\nat = 50\nworker = "w-1"\nset = { leave = true }\n'
    '[[event]]\nat = 90\nworker = "w-1"\nset = { join = true }\n'
    '[[event]]\nat = 120\nworker = "w-2"\nset = { status = "draining" }\n',
    "everybody leaves": '[[worker]]\nid = "w"\ncount = 5\n' + "".join(
        f'[[event]]\nat = {at}\nworker = "w-{number}"\nset = {{ {what} = true }}\n'
        for at, what in ((50, "leave"), (90, "join")) for number in range(5)
    ),
}  # fmt: skip
# Where one of several goes, it matters who has which task: that is the same with a strategy that only takes turns.
ADAPTIVE = [name for name in FLEETS if name != "churn"]


@pytest.mark.parametrize(
    ("strategy", "fleet"), [*(("round-robin", name) for name in FLEETS), *(("adaptive", name) for name in ADAPTIVE)]
)
def test_both_start_every_task_at_the_same_time(strategy: str, fleet: str):
    """Where it does not matter who of several alike workers has a task, both placings give the same times and ends.

    Placings differ in whom they choose; the order of the queue, retries, losses and room are the same.
    """
    text = POISSON.format(rate=3.4, limit=700) + FLEETS[fleet]
    chosen, planned = (
        simulate(scenario(f'{text}[run]\nplacing = "{placing}"\n'), strategy, 5) for placing in ("select", "plan")
    )
    assert chosen.figures.wait.mean > 0.05, "there is a queue"
    assert _times(chosen) == _times(planned)


def _times(result):
    return sorted((task, started, ended, how) for task, _, _, started, ended, how in result.trace)


def test_the_machine_cannot_be_told_everything():
    """What the runtime has no message for is refused, with the remedy."""
    text = '[trace]\ntasks = [{ at = 0 }, { at = 9 }]\n[[worker]]\nid = "w"\nmax_capacity = 2\n'
    text += '[[event]]\nat = 5\nworker = "w"\nset = { max_capacity = 1 }\n[run]\nplacing = "plan"\n'
    with pytest.raises(ValueError, match="use placing = 'select'"):
        simulate(scenario(text))
