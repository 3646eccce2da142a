"""A plan in words."""

from __future__ import annotations

from apportion.simulation.sizing.search import Answer


def fleet_words(answer: Answer) -> str:
    """Return which fleet it takes, in a sentence."""
    goal = " and ".join(map(str, answer.targets))
    if answer.fleet is None:
        return f"No number of such workers that was tried reaches {goal}: the last had {goal_missed(answer)}."
    counts = ", ".join(f"{count} x {worker}" for worker, count in answer.fleet.items())
    return f"{goal} takes {counts} under {answer.strategy}."


def goal_missed(answer: Answer) -> str:
    """Return the figures of the largest fleet that was tried."""
    trial = answer.trials[-1]
    pairs = zip(answer.targets, trial.values, strict=True)
    return ", ".join(f"{target.name} {value:.4g}" for target, value in pairs)


def sure_words(answer: Answer) -> str:
    """Return how sure that is, in a sentence."""
    met, of, low, high = answer.sure
    if not of:
        return f"{answer.simulations} simulations."
    words = f"Met on all {len(answer.trials)} seeds of the search, and on {met} of {of} fresh ones: "
    words += f"on traffic like this, {low:.0%} to {high:.0%} of the time. {answer.simulations} simulations."
    return words
