"""An explanation says what the next pick will be, or what is nearest to one, and tells impossible from full."""

import json
from random import Random

import pytest
from hypothesis import given

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.rules import rejections
from apportion.errors import StrategyError
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import fleets
from tests import generators as some

FOUR = ("round-robin", "least-loaded", "capability-based", "performance-based")


def balancer(**fields):
    return LoadBalancer(**{"rng": Random(1), "clock": lambda: 1000.0, **fields})


def fleet(size, **fields):
    shared = {"capabilities": {"python"}, "max_capacity": 10, **fields}
    return [WorkerInfo(f"w{number}", **shared) for number in range(size)]


def explain(workers, **needs):
    return balancer().explain(TaskRequirements(**needs), workers)


# --- the outcome ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@pytest.mark.parametrize("size", [5, 60, 700])
def test_the_worker_is_the_next_pick(strategy, size):
    rng, one = Random(size), balancer()
    one.set_strategy(strategy)
    pool = WorkerPool(fleets.a_fleet(rng, size))
    for _ in range(25):
        task = fleets.a_task(rng, ["w1", "w3"])
        explained = one.explain(task, pool)
        picked = one.select_worker(task, pool)
        assert explained.worker == picked
        assert (explained.outcome == "worker") == (picked is not None)
        if picked is not None:
            pool.reserve(picked.id, task.complexity)
            one.update_context(picked.id, task.task_type, rng.random() < 0.9, rng.random())


@given(some.tasks(), some.fleets(), some.contexts)
def test_it_is_complete(task, workers, context):
    explained = balancer(context=context).explain(task, workers)
    online = [worker for worker in workers if worker.status != "offline"]
    assert {entry.worker.id for entry in explained.ranking} == {worker.id for worker in online}
    assert list(explained.ranking) == balancer(context=context).score_workers(task, workers)
    refused = {worker.id: rejections(task, worker) for worker in workers}
    assert {(code, id) for code, ids in explained.rejected.items() for id in ids} == {
        (reason.code, id) for id, reasons in refused.items() for reason in reasons
    }
    assert explained.outcome == (
        "worker" if explained.worker else "full" if could_ever(task, workers) else "impossible"
    )
    assert explained.votes.keys() == set(fleets.STRATEGIES)
    assert set(explained.votes.values()) <= {None, *(id for id, reasons in refused.items() if not reasons)}
    assert sum(explained.weights.values()) == pytest.approx(1)
    assert bool(explained.suggestions) == (explained.worker is None)
    plain = json.loads(json.dumps(explained.to_dict(), allow_nan=False))
    assert plain["counts"] == {code: len(ids) for code, ids in explained.rejected.items()}
    assert explained.worker is None or explained.worker.id in str(explained)


def could_ever(task, workers):
    """Return whether somebody who is there and stays could take the task when there is room."""
    return any(
        {reason.code for reason in rejections(task, worker)} <= {"overloaded", "insufficient-capacity"}
        and task.complexity <= worker.max_capacity
        for worker in workers
    )


@pytest.mark.parametrize("size", [1, 24, 25, 60, 700])
def test_full_is_not_impossible_at_any_size(size):
    workers = fleet(size, current_load=9)
    assert explain(workers, complexity=2).outcome == "full"
    assert explain(workers, complexity=11).outcome == "impossible"
    assert explain(workers, capabilities={"gpu"}).outcome == "impossible"
    assert explain(workers, complexity=1).outcome == "worker"


IMPOSSIBLE = [
    ({}, {"capabilities": {"gpu"}}),
    ({}, {"complexity": 11}),
    ({}, {"constraints": [Constraint("zone", "==", "eu")]}),
    ({}, {"anti_affinity": {"w0", "w1"}}),
    ({"task_types": {"lint"}}, {"task_type": "train"}),
    ({"status": "offline"}, {}),
    ({"status": "draining"}, {}),
    ({"current_load": 10}, {"capabilities": {"gpu"}}),
]


@pytest.mark.parametrize(("fields", "needs"), IMPOSSIBLE)
def test_what_nobody_who_is_there_could_ever_take_is_impossible(fields, needs):
    assert explain(fleet(2, **fields), **needs).outcome == "impossible"


@pytest.mark.parametrize("fields", [{"current_load": 10}, {"status": "overloaded"}, {"current_load": 25}])
def test_what_somebody_could_take_when_there_is_room_is_full_now(fields):
    explained = explain(fleet(2, **fields))
    assert (explained.outcome, explained.worker) == ("full", None)
    assert "Full now" in str(explained)


def test_nobody_at_all_is_impossible():
    explained = explain([])
    assert explained.outcome == "impossible"
    assert "no workers" in explained.suggestions[0]


def test_a_rule_of_ones_own_refuses_with_the_code_custom():
    one = balancer(rules=[lambda _task, worker: f"{worker.id} sleeps"])
    explained = one.explain(TaskRequirements(), fleet(40))
    assert (explained.outcome, len(explained.rejected["custom"])) == ("impossible", 40)
    assert one.select_worker(TaskRequirements(), fleet(40)) is None


# --- the nearest change -----------------------------------------------------------------------------------------------


def nearest(workers, **needs):
    return explain(workers, **needs).suggestions


def test_the_skill_that_is_lacking_is_named_with_how_many_lack_only_that():
    workers = [*fleet(2), WorkerInfo("far", (), 10)]
    first, second = nearest(workers, capabilities={"python", "gpu"})
    assert (first, second) == ("2 workers lack only 'gpu'", "far lacks only 'gpu' and 'python'")


def test_a_single_worker_is_named_itself():
    assert nearest(fleet(1), capabilities={"python", "gpu"}) == ("w0 lacks only 'gpu'",)


def test_the_load_at_which_there_is_room_is_named_of_the_nearest():
    workers = [WorkerInfo("a", (), 20, 20), WorkerInfo("b", (), 16, 15), WorkerInfo("c", (), 2, 0)]
    assert nearest(workers, complexity=3) == ("b has room at load ≤ 13 (it is at 15 of 16)",)


def test_where_it_fits_nobody_the_largest_is_named():
    workers = [WorkerInfo("a", (), 20), WorkerInfo("b", (), 16)]
    assert nearest(workers, complexity=30) == ("a is the largest: it holds 20, the task needs 30",)


@pytest.mark.parametrize(
    ("fields", "needs", "words"),
    [
        ({"status": "offline"}, {}, "w0, w1 could take it if it came back online"),
        ({"status": "overloaded"}, {}, "once it is no longer overloaded"),
        ({}, {"anti_affinity": {"w0", "w1"}}, "if the task did not exclude it"),
        ({"task_types": {"lint"}}, {"task_type": "train"}, "if it accepted this type"),
        ({}, {"constraints": [Constraint("zone", "==", "eu")]}, "2 workers lack only: needs zone == 'eu'"),
    ],
)
def test_any_other_change_is_named(fields, needs, words):
    assert words in " ".join(nearest(fleet(2, **fields), **needs))


def test_of_those_who_lack_more_the_ones_who_lack_least_are_named():
    workers = [WorkerInfo("a", (), 10, status="offline"), WorkerInfo("b", (), 1, status="offline", task_types={"x"})]
    (line,) = nearest(workers, capabilities={"gpu"}, complexity=2)
    assert line.startswith("a lacks only: offline")
    assert "gpu" in line


def test_suggestions_stay_few_in_a_large_fleet():
    workers = [WorkerInfo(f"w{number}", {f"skill-{number}"}, 10) for number in range(300)]
    explained = explain(workers, capabilities={"gpu", "python"})
    assert len(explained.suggestions) <= 5
    assert len(str(explained)) < 3000


# --- how it was chosen ------------------------------------------------------------------------------------------------


def test_it_says_among_how_many_the_strategy_chose():
    one, pool = balancer(), WorkerPool(fleet(600))
    assert one.explain(TaskRequirements(), fleet(60)).weighed == "all 60"
    assert "sample" in one.explain(TaskRequirements(), pool).weighed
    one.set_strategy("round-robin")
    assert one.explain(TaskRequirements(), pool).weighed == "all 600"


def test_it_says_how_many_preferences_left():
    explained = explain(fleet(8), affinity={"w1", "w2", "gone"})
    assert explained.narrowed == (2, 8)
    assert "preferences leave 2 of 8" in str(explained)


def test_votes_are_what_each_strategy_would_pick():
    workers = [WorkerInfo("broad", {"a", "b", "c"}, 10), WorkerInfo("narrow", {"a"}, 10, 5)]
    explained = explain(workers, capabilities={"a"})
    assert explained.votes["least-loaded"] == "broad"
    assert explained.votes["capability-based"] == "narrow"
    assert explained.weights.keys() == set(FOUR)


def test_what_was_learned_is_told_with_its_certainty():
    one, workers = balancer(), fleet(2)
    for number in range(20):
        one.update_context("w0", "lint", number % 10 > 0, 2.0)
    beliefs = one.explain(TaskRequirements(task_type="lint"), workers).beliefs
    assert beliefs["w0"]["outcomes"] > 10
    assert beliefs["w0"]["typical_duration"] == pytest.approx(2.0, rel=0.1)
    assert 0.8 < beliefs["w0"]["success"] < 1
    assert beliefs["w1"]["outcomes"] == 0
    assert beliefs["w1"]["doubt"] > beliefs["w0"]["doubt"] > 0


def test_it_reads_well():
    one = balancer()
    one.set_strategy("least-loaded")
    lines = str(one.explain(TaskRequirements({"python"}, task_type="lint"), fleet(2))).splitlines()
    assert lines[0] == "w0 gets the task (type lint; needs python; complexity 1), chosen by least-loaded among all 2"
    assert lines[1].startswith("  w0: score 0.")
    assert lines[-1].startswith("  votes: round-robin")
    impossible = str(one.explain(TaskRequirements({"gpu"}), fleet(2)))
    assert impossible.splitlines() == [
        "Impossible: no worker that is there could ever take the task (needs gpu; complexity 1)",
        "  2 refused by missing-capability: w0, w1",
        "  nearest: 2 workers lack only 'gpu'",
    ]


class Declining:
    name = "declining"

    def select_worker(self, _task, _workers):
        return None


def test_a_strategy_that_declines_is_said_to_have_declined():
    explained = balancer(strategy=Declining()).explain(TaskRequirements(), fleet(2))
    assert (explained.outcome, explained.worker) == ("full", None)
    assert str(explained).startswith("declining chose nobody for the task")


def test_a_broken_strategy_spoils_only_its_own_explanation():
    class Broken:
        name = "broken"

        def select_worker(self, _task, _workers):
            raise RuntimeError("no")

    one = balancer()
    one.register_strategy(Broken())
    assert one.explain(TaskRequirements(), fleet(2)).votes["broken"] is None
    one.set_strategy("broken")
    with pytest.raises(StrategyError, match="broken"):
        one.explain(TaskRequirements(), fleet(2))


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
def test_it_learns_and_remembers_nothing(strategy):
    rng, one = Random(2), balancer(context=BalancingContext(affinity_rules={"lint": ["w1"]}))
    one.set_strategy(strategy)
    workers = fleets.a_fleet(rng, 30)
    for _ in range(20):
        picked = one.select_worker(fleets.a_task(rng, ["w1"]), workers)
        one.update_context(picked.id, "lint", True, 1.0)
    before = json.dumps([one.adaptive.state_dict(), one.context.to_dict()])
    for kind in ("lint", "never-seen", None):
        one.explain(TaskRequirements(task_type=kind), fleets.a_fleet(Random(9), 40))
        one.explain(TaskRequirements({"python"}, task_type=kind), list(reversed(workers)))
    assert json.dumps([one.adaptive.state_dict(), one.context.to_dict()]) == before


def test_it_says_how_sure_it_is_and_why_somebody_unknown_is_tried():
    one, workers = balancer(), fleet(2)
    for _ in range(30):
        one.update_context("w0", "lint", True, 2.0)
    workers = [*workers, workers[0].replace(id="new")]
    task = TaskRequirements(task_type="lint")
    said = one.explain(task, workers)
    assert "usually 2 s ±" in str(said)
    assert said.beliefs["w0"]["note"] is None
    assert "quicker for its doubt" in str(said.beliefs["new"]["note"])
    assert said.beliefs["new"]["note"] in str(said)
