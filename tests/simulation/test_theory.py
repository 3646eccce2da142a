"""Where queueing theory knows the answer, the simulator gives it."""

from math import factorial, sqrt
from statistics import mean, stdev

import pytest

from apportion.simulation.result import SimulationResult
from apportion.simulation.simulate import simulate
from tests.simulation.written import POISSON, scenario

pytestmark = pytest.mark.proof  # long enough for narrow bounds

SEEDS = range(10)
T_QUANTILE = 4.8
"""Student's t with 9 degrees of freedom leaves 1 in 1000 outside; seeds are fixed, so what passes goes on passing."""


def waits(text: str, strategy: str = "random") -> list[float]:
    """Return the mean wait of each seed."""
    given = scenario(text)
    return [simulate(given, strategy, seed).figures.wait.mean for seed in SEEDS]


def assert_is(found: list[float], expected: float) -> None:
    """Show that the mean of independent runs is the expected one, within its confidence interval."""
    margin = T_QUANTILE * stdev(found) / sqrt(len(found))
    assert margin < 0.25 * expected, "the interval is narrow enough to mean something"
    assert abs(mean(found) - expected) < margin


def test_m_m_1():
    """Mean wait rho / (1 - rho) in service times, within four standard errors by the known asymptotic variance.

    Of n waits in a row the mean has the variance rho (2 + 5 rho - 4 rho^2 + rho^3) / (1 - rho)^4 / n (Daley, "Serial
    correlation coefficients of waiting times in a stationary single server queue", 1968).
    """
    rho, tasks = 0.7, 40_000
    text = POISSON.format(rate=rho, limit=tasks) + '[[worker]]\nid = "w"\n'
    found = simulate(scenario(text), "round-robin", 1).figures.wait.mean
    variance = rho * (2 + 5 * rho - 4 * rho**2 + rho**3) / (1 - rho) ** 4 / tasks
    assert abs(found - rho / (1 - rho)) < 4 * sqrt(variance)


@pytest.mark.parametrize("workers", [1, 4])
def test_m_m_c(workers: int):
    """Erlang C, whether the servers are slots of one worker or workers of one slot."""
    servers, rate = 4, 3.2
    fleet = f'[[worker]]\nid = "w"\ncount = {workers}\nmax_capacity = {servers // workers}\n'
    found = waits(POISSON.format(rate=rate, limit=8000) + fleet, "least-loaded")
    assert_is(found, erlang_c(servers, rate) / (servers - rate))


def erlang_c(servers: int, load: float) -> float:
    """Return the probability that a task has to wait, for service times of mean 1."""
    busy = load**servers / factorial(servers) * servers / (servers - load)
    return busy / (sum(load**k / factorial(k) for k in range(servers)) + busy)


@pytest.mark.parametrize(
    ("work", "squared_cv"),
    [
        ('{ distribution = "constant" }', 0.0),
        ('{ distribution = "lognormal", cv = 1.5 }', 2.25),
        ('{ distribution = "uniform" }', 1 / 3),
    ],
)
def test_m_g_1(work: str, squared_cv: float):
    """Pollaczek and Khinchine: rho / (1 - rho) * (1 + cv^2) / 2."""
    rho = 0.6
    text = POISSON.format(rate=rho, limit=8000) + f'work = {work}\n[[worker]]\nid = "w"\n'
    assert_is(waits(text), rho / (1 - rho) * (1 + squared_cv) / 2)


def test_noise_is_variance_of_the_service_time():
    """A constant amount of work with noise of spread s is lognormal: cv^2 = exp(s^2) - 1."""
    from math import exp

    rho, noise = 0.6, 0.5
    text = POISSON.format(rate=rho, limit=8000) + 'work = { distribution = "constant" }\n'
    found = waits(text + f'[[worker]]\nid = "w"\nnoise = {noise}\n')
    assert_is(found, rho / (1 - rho) * exp(noise**2) / 2)


def many_queues(strategy: str) -> SimulationResult:
    """Return a run of 100 workers that queue for themselves, at a load of 0.9."""
    text = POISSON.format(rate=90.0, limit=40_000)
    return simulate(scenario(text + '[[worker]]\nid = "w"\ncount = 100\nslots = 1\nmax_capacity = 1e6\n'), strategy, 2)


def test_power_of_two_choices():
    """Mean time in system sum over i of rho^(2^i - 2), for many servers (Mitzenmacher 2001); random would be 10.

    The limit is for infinitely many servers; with 100 the mean is a few per cent off.
    """
    expected = sum(0.9 ** (2**i - 2) for i in range(1, 12))
    assert many_queues("power-of-two").figures.flow.mean == pytest.approx(expected, rel=0.06)


def test_the_tail_of_two_choices_is_doubly_exponential():
    """Under random choice every thousandth wait is long; with two choices, and with the shortest queue, none is."""
    random, two, shortest = (many_queues(name).figures for name in ("random", "power-of-two", "join-shortest-queue"))
    assert random.wait.p99 > 4 * two.wait.p99
    assert shortest.wait.mean < two.wait.mean < random.wait.mean / 3
