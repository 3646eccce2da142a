"""Strategies of the user's own: handed eligible workers only, checked in what they answer, and asked as they are."""

from random import Random
from threading import Lock

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.core.strategies.round_robin import RoundRobinStrategy
from apportion.errors import StrategyError
from apportion.model.context import BalancingContext, DecisionContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

TASK = TaskRequirements({"python"}, task_type="lint")
FLEET = [WorkerInfo(f"w{number}", {"python"}, 10, number) for number in range(4)]


class Custom:
    """Answers with ``answer(task, workers, context)``, and keeps what it was handed."""

    def __init__(self, answer, name="custom"):
        self.name = name
        self.answer = answer
        self.handed = []

    def select_worker(self, task, workers, context):
        self.handed.append((task, workers, context))
        return self.answer(task, workers, context)


def balancer(strategy, **fields):
    return LoadBalancer(strategy, **{"rng": Random(1), "clock": lambda: 123.0, **fields})


def last(_task, workers, _context):
    return workers[-1]


def test_its_answer_is_the_pick():
    one = balancer(Custom(last))
    assert one.get_current_strategy() == "custom"
    assert one.select_worker(TASK, FLEET) is FLEET[-1]


def test_it_is_handed_eligible_and_narrowed_workers_only():
    custom = Custom(last)
    fleet = [*FLEET, WorkerInfo("gpu", {"gpu"}, 10), WorkerInfo("full", {"python"}, 10, 10)]
    one = balancer(custom)
    one.select_worker(TASK.replace(avoid={"w0"}, anti_affinity={"w1"}), fleet)
    task, workers, context = custom.handed[0]
    assert task == TASK.replace(avoid={"w0"}, anti_affinity={"w1"})
    assert workers == FLEET[2:]
    assert isinstance(context, DecisionContext)
    assert context.now == 123.0
    assert isinstance(context.rng, Random)


@pytest.mark.parametrize("size", [3, 40, 700])
def test_it_is_never_asked_about_nobody(size):
    custom = Custom(last)
    fleet = [WorkerInfo(f"w{number}", {"python"}, 10, 10) for number in range(size)]
    assert balancer(custom).select_worker(TASK, fleet) is None
    assert balancer(custom, rules=[lambda _task, _worker: "no"]).select_worker(TASK, FLEET) is None
    assert custom.handed == []


def test_it_is_handed_everybody_however_many():
    custom = Custom(last)
    fleet = [WorkerInfo(f"w{number}", {"python"}, 10) for number in range(900)]
    assert balancer(custom).select_worker(TASK, fleet) is fleet[-1]
    assert custom.handed[0][1] == fleet


def test_two_arguments_are_enough():
    class TwoArguments:
        name = "two"

        def select_worker(self, task, workers):
            assert task == TASK
            return workers[1]

    assert balancer(TwoArguments()).select_worker(TASK, FLEET) is FLEET[1]


@pytest.mark.parametrize("size", [4, 30])
def test_it_may_decline(size):
    fleet = [WorkerInfo(f"w{number}", {"python"}, 10) for number in range(size)]
    assert balancer(Custom(lambda *_: None)).select_worker(TASK, fleet) is None


FOREIGN = [
    WorkerInfo("stranger", {"python"}, 10),
    FLEET[0].replace(current_load=5),
    "w0",
    FLEET,
    True,
]


@pytest.mark.parametrize("answer", FOREIGN, ids=lambda each: str(each)[:12])
def test_a_worker_that_it_was_not_given_is_an_error_that_names_it(answer):
    with pytest.raises(StrategyError, match="'custom'") as raised:
        balancer(Custom(lambda *_: answer)).select_worker(TASK, FLEET)
    assert raised.value.strategy == "custom"


def test_an_ineligible_worker_is_a_foreign_one():
    full = WorkerInfo("full", {"python"}, 10, 10)
    with pytest.raises(StrategyError, match="full"):
        balancer(Custom(lambda *_: full)).select_worker(TASK, [*FLEET, full])


def test_an_equal_copy_will_do():
    copied = WorkerInfo.from_dict(FLEET[2].to_dict())
    assert balancer(Custom(lambda *_: copied)).select_worker(TASK, FLEET) is FLEET[2]


def test_what_it_raises_is_named_and_kept():
    def broken(*_):
        raise LookupError("no such thing")

    with pytest.raises(StrategyError, match=r"'custom'.*LookupError: no such thing") as raised:
        balancer(Custom(broken)).select_worker(TASK, FLEET)
    assert isinstance(raised.value.__cause__, LookupError)


def test_what_it_does_to_its_list_harms_nobody():
    def careless(_task, workers, _context):
        chosen = workers.pop()
        workers.clear()
        return chosen

    fleet = list(FLEET)
    assert balancer(Custom(careless)).select_worker(TASK, fleet) is FLEET[-1]
    assert fleet == FLEET


def test_it_is_told_every_outcome_if_it_wants_to_hear():
    class Listening(Custom):
        def __init__(self):
            super().__init__(last)
            self.heard = []

        def record(self, *outcome):
            self.heard.append(outcome)

    listening = Listening()
    one = balancer(listening)
    one.set_strategy("round-robin")
    one.update_context("w1", "lint", True, 2.5)
    one.update_context("gone", None, False, 0)
    *first, context = listening.heard[0]
    assert first == ["w1", "lint", True, 2.5]
    assert context.now == 123.0
    assert listening.heard[1][:4] == ("gone", None, False, 0)


def test_what_its_record_raises_is_named():
    class Deaf(Custom):
        def record(self, *_):
            raise RuntimeError("deaf")

    with pytest.raises(StrategyError, match=r"'custom'.*deaf"):
        balancer(Deaf(last)).update_context("w1", "lint", True, 1.0)


@pytest.mark.parametrize("strategy", [object(), "round-robin", 3, type("Nameless", (), {"select_worker": last})()])
def test_without_a_name_it_is_refused(strategy):
    with pytest.raises((ValueError, TypeError), match=r"strategy\.name"):
        LoadBalancer(strategy)


def test_without_a_method_it_is_refused():
    with pytest.raises(TypeError, match="select_worker"):
        LoadBalancer(type("Idle", (), {"name": "idle"})())


@pytest.mark.parametrize("cls", [Custom, LeastLoadedStrategy])
def test_a_class_is_no_strategy(cls):
    with pytest.raises(TypeError, match=f"instance, not the class {cls.__name__}"):
        LoadBalancer(cls)


class Composed:
    """A strategy made of built-in ones and of things that cannot be copied."""

    name = "composed"

    def __init__(self):
        self.turns, self.emptiest, self.learning = RoundRobinStrategy(), LeastLoadedStrategy(), AdaptiveStrategy(seed=1)
        self.lock = Lock()
        self.count = 0

    def select_worker(self, task, workers, context):
        with self.lock:
            self.count += 1
            inner = (self.turns, self.emptiest, self.learning)[self.count % 3]
            return inner.select_worker(task, workers, context)


def test_explaining_asks_a_copy():
    one, other = balancer(Composed()), balancer(Composed())
    for number in range(30):
        if number % 2:
            explained = one.explain(TASK, FLEET)
            assert explained.worker == one.select_worker(TASK, FLEET) == other.select_worker(TASK, FLEET)
        else:
            assert one.select_worker(TASK, FLEET) == other.select_worker(TASK, FLEET)
        for each in (one, other):
            each.update_context("w1", "lint", True, 1.0 + number % 3)


class EveryOther:
    """Remembers how often it was asked."""

    def __init__(self, name="every-other"):
        self.name = name
        self.asked = 0

    def select_worker(self, _task, workers, _context):
        self.asked += 1
        return workers[self.asked % len(workers)]


def test_an_expert_of_the_users_own_is_asked_itself_only_when_it_decides():
    expert = EveryOther()
    one = balancer(AdaptiveStrategy([expert], seed=1))
    picks = [one.select_worker(TASK, FLEET).id for _ in range(8)]
    assert expert.asked == 8
    assert picks == ["w1", "w2", "w3", "w0"] * 2


def test_of_several_experts_of_the_users_own_at_most_one_is_asked_at_a_pick():
    experts = [EveryOther("one"), EveryOther("two"), EveryOther("three")]
    fleet = [WorkerInfo(f"w{number}", {"python"}, 10) for number in range(4)]
    one = balancer(AdaptiveStrategy(experts, seed=1))
    for _ in range(30):
        one.select_worker(TASK, fleet)
    assert 3 < sum(expert.asked for expert in experts) <= 30


def test_built_in_experts_that_are_handed_in_keep_their_turns():
    one = balancer(AdaptiveStrategy([RoundRobinStrategy()], seed=1))
    fleet = [WorkerInfo(f"w{number}", {"python"}, 10) for number in range(4)]
    assert [one.select_worker(TASK, fleet).id for _ in range(8)] == ["w0", "w1", "w2", "w3"] * 2


@pytest.mark.parametrize("strategies", [[], [EveryOther(), EveryOther()]])
def test_experts_are_at_least_one_each_of_another_name(strategies):
    with pytest.raises(ValueError, match="strategies"):
        AdaptiveStrategy(strategies)


def test_the_four_and_ones_own_have_weights():
    four = {"round-robin", "least-loaded", "capability-based", "performance-based"}
    assert AdaptiveStrategy().get_weights().keys() == four
    weights = AdaptiveStrategy([RoundRobinStrategy(), EveryOther()]).get_weights()
    assert weights == pytest.approx({"round-robin": 0.5, "every-other": 0.5})


@pytest.mark.parametrize("cls", [RoundRobinStrategy, LeastLoadedStrategy, AdaptiveStrategy])
def test_a_strategy_works_without_a_balancer(cls):
    strategy = cls()
    context = BalancingContext()
    assert strategy.select_worker(TASK, [], context) is None
    picks = [strategy.select_worker(TASK, FLEET, context) for _ in range(4)]
    assert all(worker in FLEET for worker in picks)
    if hasattr(strategy, "record"):
        for worker in picks:
            strategy.record(worker.id, "lint", True, 1.0, context)
            strategy.record(worker.id, "lint", False, 1.0, context)
    assert strategy.select_worker(TASK, FLEET) in FLEET


def test_a_context_that_is_taken_by_name_only_is_given_by_name():
    class Named:
        name = "named"

        def select_worker(self, _task, workers, *, context):
            return workers[int(context.now) % len(workers)]

    assert balancer(Named(), clock=lambda: 2.0).select_worker(TASK, FLEET) is FLEET[2]
