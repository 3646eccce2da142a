"""Generators give what their parameters say."""

from math import sqrt

import numpy as np
import pytest

from apportion.clock import fresh_random
from apportion.simulation.generators.azure_llm_like import AzureLlmLike
from apportion.simulation.generators.bursty import Bursty
from apportion.simulation.generators.diurnal import Diurnal
from apportion.simulation.generators.poisson import Poisson
from apportion.simulation.scenario.amount import Amount

LIMIT = 20_000
FIVE_SIGMA = 5.0


def arrivals(source: object) -> np.ndarray:
    return np.array([row.arrival for row in source.rows(fresh_random(3))])  # type: ignore[attr-defined]


def test_poisson_gaps_are_exponential():
    """Mean and standard deviation of the gaps are 1/rate, within five standard errors."""
    gaps = np.diff(arrivals(Poisson(LIMIT, 4.0)))
    assert abs(gaps.mean() - 0.25) < FIVE_SIGMA * 0.25 / sqrt(LIMIT)
    assert abs(gaps.std() - 0.25) < FIVE_SIGMA * 0.25 * sqrt(2 / LIMIT)  # var of the sample variance: 8 sigma^4 / n


@pytest.mark.parametrize("source", [Bursty(LIMIT, 4.0, burst_seconds=10.0), Diurnal(LIMIT, 4.0, period=500.0)])
def test_uneven_traffic_has_the_mean_rate_that_it_says(source: object):
    """Bursts and days change when tasks arrive, not how many."""
    assert LIMIT / arrivals(source)[-1] == pytest.approx(4.0, rel=0.1)


def test_bursts_are_bursts():
    """Counts a minute vary far more than those of a Poisson process, whose variance is their mean."""
    counts = np.bincount((arrivals(Bursty(LIMIT, 4.0)) // 60).astype(int))
    assert counts.var() / counts.mean() > 20
    assert counts.max() / counts.mean() > 3


def test_a_day_has_a_peak_and_a_night():
    """The first half of each period, where the sine is positive, has more arrivals than the second."""
    first_half = (arrivals(Diurnal(LIMIT, 4.0, swing=0.8, period=500.0)) % 500.0) < 250.0
    expected = 0.5 + 0.8 / np.pi  # the mean of a half sine wave is 2/pi
    assert first_half.mean() == pytest.approx(expected, abs=FIVE_SIGMA * 0.5 / sqrt(LIMIT) + 0.01)


@pytest.mark.parametrize(
    ("amount", "cv"),
    [
        (Amount("constant", 2.0), 0.0),
        (Amount("exponential", 2.0), 1.0),
        (Amount("lognormal", 2.0, cv=0.5), 0.5),
        (Amount("pareto", 2.0, alpha=3.5), 1 / sqrt(3.5 * 1.5)),
        (Amount("uniform", 2.0), 1 / sqrt(3)),
    ],
)
def test_amounts_have_their_mean_and_spread(amount: Amount, cv: float):
    """Each distribution has the mean that it is given, and the coefficient of variation of its kind."""
    rng = fresh_random(5)
    drawn = np.array([amount.draw(rng) for _ in range(LIMIT)])
    assert abs(drawn.mean() - 2.0) <= FIVE_SIGMA * 2.0 * cv / sqrt(LIMIT)
    assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=0.15, abs=1e-9)


def test_llm_like_traffic_has_the_statistics_of_the_trace():
    """Shares, means of tokens and their maxima are those of the published trace."""
    rows = list(AzureLlmLike(LIMIT).rows(fresh_random(3)))
    code = [row for row in rows if row.task_type == "code"]
    conv = [row for row in rows if row.task_type == "conv"]
    assert len(code) / len(rows) == pytest.approx(8819 / 28185, rel=0.15)  # bursts make shares uneven for a while
    assert np.mean([row.columns["input_tokens"] for row in conv]) == pytest.approx(1155, rel=0.05)
    assert np.mean([row.columns["output_tokens"] for row in code]) == pytest.approx(27.9, rel=0.1)
    assert max(row.columns["output_tokens"] for row in rows) <= 1899
