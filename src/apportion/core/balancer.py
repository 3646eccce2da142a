"""`LoadBalancer`: filter, score, pick, and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion import validation
from apportion.clock import fresh_random, wall_clock
from apportion.core.candidates import find_candidates, members_among, one_candidate
from apportion.core.explain import Explainer
from apportion.core.given import require_outcome, require_parts, require_queue, require_rules, require_task
from apportion.core.history import History
from apportion.core.planning.by_score import by_score
from apportion.core.planning.plan import plan
from apportion.core.pool.mirror import ListMirror
from apportion.core.preferences import has_preferences, narrow
from apportion.core.ranking import Ranking
from apportion.core.rebalance.migration import suggest_migration
from apportion.core.rebalance.overload import detect_overload
from apportion.core.scoring import DEFAULT_WEIGHTS, ScoreWeights
from apportion.core.steps import finished
from apportion.core.strategies import STRATEGIES
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.core.strategies.experts import as_seat_strategy
from apportion.errors import UnknownStrategyError
from apportion.model.context import BalancingContext, affinity_rules_of, load_threshold_of
from apportion.model.score import WorkerScore
from apportion.model.task import TaskRequirements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from apportion.clock import Clock, Random
    from apportion.core.candidates import Candidates
    from apportion.core.pool.members import Members
    from apportion.core.pool.pool import WorkerPool
    from apportion.core.rules.custom import CustomRule
    from apportion.core.steps import Steps
    from apportion.core.witness import Witness
    from apportion.model.context import DecisionContext
    from apportion.model.explanation import Explanation
    from apportion.model.recommendation import RebalanceRecommendation
    from apportion.model.task import QueuedTask
    from apportion.model.worker import WorkerInfo
    from apportion.ports import BalancingStrategy


class LoadBalancer:
    """Puts tasks on workers, and learns from what becomes of them.

    Wherever ``workers`` are asked for, any iterable of `WorkerInfo` will do; a `WorkerPool` is quickest.

    Args:
        strategy: who decides; None: adaptive.
        context: history, rules and threshold to start from; it is copied, never changed.
        weights: of the four factors of a score.
        exact_limit: up to how many eligible workers all are weighed; of more, a sample and the best known.
        rules: rules of your own: ``(task, worker) -> what is lacking, or None``. They reject with the code ``custom``,
            and are asked about every eligible worker, so they cost time in proportion.
        clock: returns Unix seconds.
        rng: the random source; a seeded one makes every decision repeatable.

    Raises:
        FieldError, FieldTypeError: an argument is not allowed; the message says what is.
    """

    def __init__(
        self,
        strategy: BalancingStrategy | Any | None = None,
        context: BalancingContext | None = None,
        *,
        weights: ScoreWeights = DEFAULT_WEIGHTS,
        exact_limit: int = 512,
        rules: Iterable[CustomRule] = (),
        clock: Clock = wall_clock,
        rng: Random | None = None,
    ) -> None:
        require_parts(context, weights, clock, rng)
        self._rng = rng if rng is not None else fresh_random()
        self._clock = clock
        self._weights = weights
        self._exact_limit = validation.count("exact_limit", exact_limit, least=1)
        self.rules = require_rules(rules)
        self._history = History(context or BalancingContext(), self._rng)
        self._mirror = ListMirror()
        self._looked_at = ListMirror()  # lists that are only looked at, so that choosing goes on as if they were not
        self._witness: Witness | None = None
        self._strategies: dict[str, Any] = {}
        self._learning: list[AdaptiveStrategy] = []
        self._recording: list[Any] = []  # the others that want to hear of outcomes
        for build in STRATEGIES.values():
            self.register_strategy(build())
        self._current: Any = self._strategies[AdaptiveStrategy.name]
        if strategy is not None:
            self.register_strategy(strategy)
            self._current = self._strategies[strategy.name]

    # --- choosing ---------------------------------------------------------------------------------------------------

    def select_worker(self, task: TaskRequirements, workers: Iterable[WorkerInfo]) -> WorkerInfo | None:
        """Return the worker that should have the task, or None where nobody may take it now.

        The pick is remembered (turns, credit); the workers are not changed: book the capacity where they are kept.

        Raises:
            FieldTypeError: ``task`` or one of the workers is of the wrong type.
            DuplicateError: two workers have one id.
            StrategyError: a strategy of your own raised, or chose a worker that it was not given.
        """
        pool = self._mirror.pool_of(workers)
        context = self._history.at(self._clock())
        candidates = self._candidates(task, pool, context)
        if candidates is None:
            return None
        strategy = self._current
        seat = strategy.choose(task, candidates, context)
        if seat is None:
            return None
        if self._witness is not None:
            self._witness.saw(strategy, task, candidates, seat, context, planned=False)
        strategy.chosen(task, candidates, seat, context)
        return pool.at(seat)

    def confirm(self, task: TaskRequirements, worker_id: str, workers: Iterable[WorkerInfo]) -> None:
        """Remember a pick that `reorder_queue` planned and the caller carried out, as `select_worker` remembers one.

        Raises:
            UnknownWorkerError: the worker is not among ``workers``.
        """
        pool = self._mirror.pool_of(workers)
        seat = pool.require_seat(worker_id)
        candidates = self._candidates(task, pool, self._history.at(self._clock()))
        if candidates is None:
            candidates = one_candidate(pool, task.complexity, self._rng, seat)
        if self._witness is not None:
            self._witness.saw(self._current, task, candidates, seat, self._history.view, planned=True)
        self._current.chosen(task, candidates, seat, self._history.view)

    def score_workers(self, task: TaskRequirements, workers: Iterable[WorkerInfo]) -> list[WorkerScore]:
        """Return every worker that is not offline with its score: the eligible first, best first, then the others."""
        ranking = self._ranking(task)
        finished(ranking.look(self._looked_at.pool_of(workers)))
        return ranking.best()

    def explain(self, task: TaskRequirements, workers: Iterable[WorkerInfo]) -> Explanation:
        """Return why this worker, or why none. Nothing is changed: the next pick is the same with or without it."""
        return finished(self.explaining(task, self._looked_at.pool_of(workers)))

    def explaining(
        self,
        task: TaskRequirements,
        pool: WorkerPool,
        most: int | None = None,
        seen: Callable[[WorkerInfo], WorkerInfo] | None = None,
    ) -> Steps[Explanation]:
        """Return `explain` in steps, between which whoever takes them may do something else.

        Each worker is looked at as it is when its turn comes. ``most``: how many are named in the ranking, and under
        each rejection; None: all. ``seen``: turns a worker into what it is judged by, the same with another status.
        """
        ranking = self._ranking(task)
        yield from ranking.look(pool, seen)
        members = None if seen is None else members_among(pool, task, ranking.suitable)
        context = self._history.at(self._clock(), rehearsal=True)
        candidates = self._candidates(task, pool, context, members)
        explainer = Explainer(self._strategies, self.get_current_strategy(), self.rules)
        return explainer.explain(task, pool, ranking, candidates, context, most)

    def _ranking(self, task: TaskRequirements) -> Ranking:
        return Ranking(require_task(task), self._history.view, self._weights, self.rules)

    def watch(self, witness: Witness | None) -> None:
        """Let somebody look on at every pick from now on; None: nobody."""
        self._witness = witness

    # --- strategies and context -------------------------------------------------------------------------------------

    def register_strategy(self, strategy: BalancingStrategy | Any) -> None:
        """Make a strategy known under its name; one of the same name is replaced.

        Raises:
            FieldError, FieldTypeError: it has no name, or no ``select_worker``.
        """
        hosted = as_seat_strategy(strategy)
        replaced = self._strategies.get(hosted.name)
        self._strategies[hosted.name] = hosted
        known = self._strategies.values()
        self._learning = [each for each in known if isinstance(each, AdaptiveStrategy)]
        self._recording = [each for each in known if hasattr(each, "record") and each not in self._learning]
        if replaced is not None and self.__dict__.get("_current") is replaced:
            self._current = hosted

    def set_strategy(self, name: str) -> None:
        """Let the strategy of that name decide from now on.

        Raises:
            UnknownStrategyError: there is none; the message lists those that are.
        """
        if name not in self._strategies:
            raise UnknownStrategyError(name, self._strategies)
        self._current = self._strategies[name]

    def get_current_strategy(self) -> str:
        """Return the name of the strategy that decides."""
        return str(self._current.name)

    def get_available_strategies(self) -> list[str]:
        """Return the names of all strategies."""
        return list(self._strategies)

    @property
    def context(self) -> DecisionContext:
        """What the balancer has now: a live view, read-only."""
        return self._history.view

    @property
    def adaptive(self) -> AdaptiveStrategy | None:
        """The adaptive strategy that learns here, whether or not it decides."""
        current = self._current
        return current if isinstance(current, AdaptiveStrategy) else next(iter(self._learning), None)

    def update_context_settings(
        self, load_threshold: float | None = None, affinity_rules: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Change the load threshold, the affinity rules, or both.

        Raises:
            FieldError, FieldTypeError: a value is not allowed; then nothing is changed.
        """
        changes: dict[str, Any] = {}
        if load_threshold is not None:
            changes["load_threshold"] = load_threshold_of(load_threshold)
        if affinity_rules is not None:
            changes["affinity_rules"] = affinity_rules_of(affinity_rules)
        self._history.view.__dict__.update(changes)

    def update_context(
        self,
        worker_id: str,
        task_type: str | None,
        success: bool,
        duration: float,
        *,
        task: TaskRequirements | None = None,
        fault: str | None = None,
    ) -> None:
        """Tell what became of a task.

        Args:
            worker_id: who ran it; it may have left since.
            task_type: of which type it was, or None.
            success: whether it succeeded.
            duration: seconds, >= 0; 0: not measured.
            task: the requirements that were placed; None: the open pick of that worker and type that was made when the
                attempt began (now - duration), else the oldest.
            fault: ``"task"`` or ``"worker"``, where it is known whose the failure was.

        Raises:
            FieldError, FieldTypeError: an argument is not allowed; then nothing is learned.
        """
        duration = require_outcome(worker_id, task_type, success, duration, task, fault)
        now = self._clock()
        self._history.add(worker_id, task_type, success, now)
        context = self._history.at(now)
        for adaptive in self._learning:
            adaptive.learn(worker_id, task_type, success, duration, context, task, fault)
        for strategy in self._recording:
            strategy.record(worker_id, task_type, success, duration, context)

    # --- rebalancing ------------------------------------------------------------------------------------------------

    def detect_overload(self, workers: Iterable[WorkerInfo]) -> list[RebalanceRecommendation]:
        """Return one recommendation for each overloaded worker, most severe first."""
        return detect_overload(list(self._looked_at.pool_of(workers)), self._history.view.load_threshold)

    def suggest_migration(
        self, workers: Iterable[WorkerInfo], queue: Iterable[QueuedTask]
    ) -> list[RebalanceRecommendation]:
        """Return moves of assigned tasks that even out the load when they are carried out in order."""
        pool = self._looked_at.pool_of(workers)
        return suggest_migration(list(pool), require_queue(queue), self._history.view, self.rules)

    def reorder_queue(self, queue: Iterable[QueuedTask], workers: Iterable[WorkerInfo]) -> list[QueuedTask]:
        """Return the same tasks, higher priority first, each with the worker it should go to. No pick is recorded."""
        context = self._history.at(self._clock())
        wanted = getattr(self._current, "preference", None)
        preference = wanted(context) if wanted is not None else by_score(context, self._weights)
        return plan(require_queue(queue), list(self._looked_at.pool_of(workers)), preference, context, self.rules)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _candidates(
        self, task: TaskRequirements, pool: WorkerPool, context: DecisionContext, members: Members | None = None
    ) -> Candidates | None:
        """Return who may take the task, narrowed to whom it prefers."""
        found = find_candidates(pool, task, self._exact_limit, self._rng, members)
        if found is not None and self.rules:
            found = found.allowed_by(self.rules, task)
        return narrow(found, task, context) if found is not None and has_preferences(task, context) else found
