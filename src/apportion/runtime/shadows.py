"""The strategies that decide beside the live one: what each wanted, and what is predicted of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion.clock import fresh_random
from apportion.core.balancer import LoadBalancer
from apportion.core.candidates import Candidates
from apportion.core.shadow import Shadow
from apportion.core.strategies import STRATEGIES
from apportion.errors import StrategyError, UnknownStrategyError
from apportion.model.context import DecisionContext
from apportion.model.task import TaskRequirements
from apportion.runtime.shadow_account import ShadowAccount, Wish

_LATEST = 20
_SEED = 3 << 32


@dataclass(slots=True)
class Standing:
    """How one shadow stands.

    Attributes:
        shadow: decides.
        account: what is predicted.
        latest: (Unix seconds, task id, worker, worker wanted) of the latest differences, newest first.
        problem: what went wrong when it was asked last, or None.
    """

    shadow: Shadow
    account: ShadowAccount = field(default_factory=ShadowAccount)
    latest: deque[tuple[float, str, str, str | None]] = field(default_factory=lambda: deque(maxlen=_LATEST))
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What all shadows wanted at one decision.

    Attributes:
        live: seconds to a success expected of the worker that was chosen; None: nothing is known of that type.
        wishes: by shadow; None: it wanted the same.
    """

    live: float | None
    wishes: Mapping[str, Wish | None]


class Shadows:
    """Asks every shadow at every pick, and keeps its account.

    Accounts begin anew when another strategy goes live: they compare with that.

    Args:
        names: of strategies; one that is live at the moment always agrees.
        balancer: whose adaptive strategy knows what is expected of a worker.

    Raises:
        UnknownStrategyError: there is no strategy of that name.
    """

    def __init__(self, names: Iterable[str], balancer: LoadBalancer) -> None:
        self._balancer = balancer
        self._live = balancer.get_current_strategy()
        self.standings: dict[str, Standing] = {}
        for place, name in enumerate(dict.fromkeys(names)):
            if name not in STRATEGIES:
                raise UnknownStrategyError(name, STRATEGIES)
            self.standings[name] = Standing(Shadow(STRATEGIES[name](), fresh_random(_SEED + place)))

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.standings)

    def ask(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> Asked:
        """Return whom each would have chosen, at a decision that is taken now."""
        self._look_who_decides()
        pool, kind = candidates.pool, task.task_type
        chosen = pool.at(seat).id
        wishes: dict[str, Wish | None] = {}
        live: float | None = None
        for name, standing in self.standings.items():
            try:
                wanted = standing.shadow.wish(task, candidates, seat, context)
            except StrategyError as error:
                standing.problem = str(error)
                continue
            standing.problem = None
            if wanted == seat:
                wishes[name] = None
                continue
            live = self._seconds(chosen, kind)[0] if live is None else live
            worker = None if wanted is None else pool.at(wanted).id
            seconds, doubt, known = self._seconds(worker, kind) if worker is not None else (live, 0.0, False)
            wishes[name] = Wish(worker, live or 0.0, seconds or 0.0, doubt if known else max(doubt, 1.0))
        if live is None:
            live = self._seconds(chosen, kind)[0]
        return Asked(live, wishes)

    def decided(self, asked: Asked, task_id: str, worker_id: str, now: float) -> None:
        """Count a decision that was carried out."""
        for name, wish in asked.wishes.items():
            standing = self.standings[name]
            standing.account.decided(different=wish is not None, unknown=wish is not None and wish.doubt >= 1.0)
            if wish is not None:
                standing.latest.appendleft((now, task_id, worker_id, wish.worker))

    def ended(self, asked: Asked, success: bool, duration: float) -> None:
        """Take in what came of a decision."""
        if asked.live is None:
            return
        for name, wish in asked.wishes.items():
            self.standings[name].account.ended(wish, asked.live, success, duration)

    def heard(
        self, worker_id: str, task: TaskRequirements, success: bool, duration: float, fault: str | None, now: float
    ) -> None:
        """Let all learn from an outcome."""
        context = self._balancer.context
        for standing in self.standings.values():
            try:
                standing.shadow.heard(worker_id, task, success, duration, _at(context, now), fault)
            except StrategyError as error:
                standing.problem = str(error)

    def _look_who_decides(self) -> None:
        live = self._balancer.get_current_strategy()
        if live != self._live:
            self._live = live
            for standing in self.standings.values():
                standing.account = ShadowAccount()
                standing.latest.clear()

    def _seconds(self, worker_id: str, task_type: str | None) -> tuple[float | None, float, bool]:
        """Return the seconds to a success that are expected of a worker, how sure that is, and whether it was tried."""
        adaptive = self._balancer.adaptive
        return (None, 0.0, False) if adaptive is None else adaptive.expected(worker_id, task_type)


def _at(context: DecisionContext, now: float) -> DecisionContext:
    return DecisionContext(context, now, context.rng)


def shown(asked: Asked | None) -> dict[str, Any]:
    """Return what is recorded of it with a decision: whom those wanted that wanted another worker."""
    return {} if asked is None else {name: wish.worker for name, wish in asked.wishes.items() if wish is not None}
