"""What is known of one type of task over all workers."""

from __future__ import annotations

from apportion.core.learning.arm import Arm

_ALLOWANCE = 0.03
"""Share of a typical cost that each decision pays into the account for probes: the limit of what exploring may cost."""

MOST_SAVED = 64.0
"""What the account may grow to: the dearest worker is tried in the end, after about two thousand decisions, since one
that was hopeless may have recovered."""

_FIRST_VARIANCE = 0.25
_VARIANCE_MEMORY = 200.0
_LEAST_VARIANCE = 1e-4
_FURTHEST = 16.0
_FAILURE_PRIOR = 0.05
_MOST_ENLISTED = 32_768


class TypeRecord:
    """Sums over a type's arms, so that a new worker can start from what the type is like.

    Each worker counts once, however much traffic it had: a mean over outcomes would sink as traffic moves to the quick.

    Attributes:
        key: the name under which the type is kept.
        arms: worker id -> arm.
        decisions: how many tasks of this type were placed.
        account: what may be spent on probes, in typical costs.
        variance: of a single log duration on one worker.
        failure_mean, failure_n: mean log duration of failed attempts.
        kinds: kind -> what all workers of the kind together have shown at this type.
        best: the lowest log cost among the arms, as last seen.
        unheard: workers that have been given tasks of this type, and have ended none.
        ring: the workers that are looked at in turn; ``turn``: the place of the last one; ``looked_at``: its id, until
            it was seen to be there still.
    """

    __slots__ = (
        "_enlisted",
        "account",
        "arms",
        "best",
        "best_id",
        "decisions",
        "failure_mean",
        "failure_n",
        "failures",
        "key",
        "kinds",
        "looked_at",
        "ring",
        "successes",
        "sum_mean",
        "sum_weight",
        "turn",
        "unheard",
        "variance",
        "variance_n",
    )

    def __init__(self, key: str | None, account: float = 0.0) -> None:
        self.key = key
        self.arms: dict[str, Arm] = {}
        self.kinds: dict[str, Arm] = {}
        self.best = 0.0
        self.best_id: str | None = None
        self.ring: list[str] = []
        self._enlisted: set[str] = set()
        self.unheard: dict[str, None] = {}
        self.turn = 0
        self.looked_at: str | None = None
        self.decisions = 0
        self.account = account
        self.variance = _FIRST_VARIANCE
        self.variance_n = 10.0
        self.failure_mean = 0.0
        self.failure_n = 0.0
        self.sum_weight = 0.0
        self.sum_mean = 0.0
        self.successes = 0.0
        self.failures = 0.0

    @property
    def mean(self) -> float:
        """Mean log duration over the workers that have been seen, less what each differs at other types; 0: none has.

        So a type that only quick workers have had does not look quick, nor they like any others at it.
        """
        return self.sum_mean / self.sum_weight if self.sum_weight > 1e-9 else 0.0

    def decided(self) -> None:
        """Count a decision, and pay into the account."""
        self.decisions += 1
        if self.account < MOST_SAVED:
            self.account += _ALLOWANCE

    def failure_rate_without(self, arm: Arm | None) -> float:
        """Return how often this type fails on the other workers: so nobody is judged by its own failures."""
        failures, successes = self.failures, self.successes
        if arm is not None:
            failures -= arm.failures
            successes -= arm.successes
            failures = failures if failures > 0.0 else 0.0
            successes = successes if successes > 0.0 else 0.0
        return (failures + _FAILURE_PRIOR) / (failures + successes + 1.0)

    def take_out(self, arm: Arm) -> None:
        """Remove an arm from the sums, before it changes."""
        weight = arm.weight
        self.sum_weight -= weight
        self.sum_mean -= weight * (arm.mean - arm.effect)
        self.successes -= arm.successes
        self.failures -= arm.failures

    def put_in(self, arm: Arm) -> None:
        """Add an arm to the sums, after it has changed."""
        weight = arm.weight
        self.sum_weight += weight
        self.sum_mean += weight * (arm.mean - arm.effect)
        self.successes += arm.successes
        self.failures += arm.failures

    def lean(self, arm: Arm, slope: float) -> None:
        """Take off an arm's durations another amount for each unit of load than before."""
        if slope != arm.slope:
            self.take_out(arm)
            arm.lean(slope)
            self.put_in(arm)

    def observe_spread(self, squared: float) -> None:
        """Take in one squared residual of a log duration."""
        if self.variance_n < _VARIANCE_MEMORY:
            self.variance_n += 1.0
        squared = squared if squared < _FURTHEST else _FURTHEST
        variance = self.variance + (squared - self.variance) / self.variance_n
        self.variance = variance if variance > _LEAST_VARIANCE else _LEAST_VARIANCE

    def observe_failure(self, log_duration: float) -> None:
        """Take in the logarithm of how long a failed attempt took."""
        if self.failure_n < _VARIANCE_MEMORY:
            self.failure_n += 1.0
        self.failure_mean += (log_duration - self.failure_mean) / self.failure_n

    def valued(self, id: str, log_cost: float) -> None:
        """Keep the lowest log cost. The best may get worse; the others are looked at in turn and take its place."""
        if self.best_id is None or id == self.best_id or log_cost < self.best:
            self.best_id, self.best = id, log_cost

    def enlist(self, id: str) -> None:
        """Count a worker among those that are looked at in turn."""
        if id not in self._enlisted and len(self.ring) < _MOST_ENLISTED:
            self._enlisted.add(id)
            self.ring.append(id)

    def strike(self) -> None:
        """Drop the worker whose turn it is: it has left. The last in the ring takes its place."""
        id, last = self.ring[self.turn], self.ring.pop()
        self._enlisted.discard(id)
        if last != id:
            self.ring[self.turn] = last
        if id == self.best_id:
            self.best_id = None

    def next_in_turn(self) -> str | None:
        """Return the id of the next worker that should be looked at again."""
        if not self.ring:
            return None
        self.turn = (self.turn + 1) % len(self.ring)
        self.looked_at = self.ring[self.turn]
        return self.looked_at
