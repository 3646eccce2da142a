"""How far each strategy's advice is trusted, from the outcomes of the tasks for which it wanted the worker chosen."""

from __future__ import annotations

from math import exp
from operator import add
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_RATE = 0.1
_MEMORY = 0.998
_SHARE = 0.02
"""Least weight in all that is shared out evenly (fixed share; Herbster and Warmuth, "Tracking the best expert", Machine
Learning 32, 1998), so that a strategy that was bad can come back."""


class Credit:
    """Logarithmic credit by strategy. Who wanted another worker gains and loses nothing."""

    def __init__(self, names: Iterable[str]) -> None:
        self._credit: dict[str, float] = dict.fromkeys(names, 0.0)
        self._names = list(self._credit)
        self._turns = [0.0] * len(self._names)
        self._weights: dict[str, float] | None = None
        self._next = self._richest()

    def judge(self, voters: Iterable[str], advantage: float) -> None:
        """Reward (or blame) those who wanted the worker.

        Args:
            voters: their names.
            advantage: how much better than usual for this type it went, in logarithms of time; clipped to -2..2.
        """
        advantage = max(-2.0, min(2.0, advantage))
        credit = self._credit
        for name in credit:
            credit[name] *= _MEMORY
        for name in voters:
            if name in credit:
                credit[name] += _RATE * advantage
        self._weights = None

    def weights(self) -> dict[str, float]:
        """Return the weight of each strategy, summing to 1."""
        if self._weights is None:
            highest = max(self._credit.values(), default=0.0)
            raw = {name: exp(value - highest) for name, value in self._credit.items()}
            total, even = sum(raw.values()), _SHARE / max(1, len(raw))
            self._weights = {name: (1 - _SHARE) * value / total + even for name, value in raw.items()}
        return self._weights

    def next_turn(self) -> str:
        """Return whose turn it is to decide: each as often as its weight says, spread evenly and without chance.

        Smooth weighted round robin, as in nginx: everyone gains its weight, the richest has its turn and pays 1.
        """
        return self._next

    def pass_turn(self) -> None:
        """Let the one whose turn it is pay for it."""
        self._turns[self._names.index(self._next)] -= 1.0
        self._next = self._richest()

    def state(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "credit": dict(self._credit),
            "turns": dict(zip(self._names, self._turns, strict=True)),
            "next": self._next,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave, for the strategies that are here."""
        for name in self._credit:
            self._credit[name] = float(state["credit"].get(name, 0.0))
        self._turns = [float(state["turns"].get(name, 0.0)) for name in self._names]
        self._weights = None
        self._next = state["next"] if state["next"] in self._credit else self._richest()

    def _richest(self) -> str:
        """Let everyone gain its weight, and return who has most."""
        self._turns = turns = list(map(add, self._turns, self.weights().values()))
        return self._names[turns.index(max(turns))]
