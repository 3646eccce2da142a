"""What the product's strategies are compared with: one rule a file, and one line in `BASELINES` or `ORACLES`.

Baselines know what any balancer can know. Oracles know the true speeds and failure rates of the moment; they are no
bound, since a simple rule can beat a greedy one in a contended fleet.
"""

from __future__ import annotations

from collections.abc import Callable

from apportion.clock import Random
from apportion.simulation.policies.central_fcfs import CentralFcfs
from apportion.simulation.policies.greedy_oracle import GreedyOracle
from apportion.simulation.policies.join_shortest_queue import JoinShortestQueue
from apportion.simulation.policies.latency_based import LatencyBased
from apportion.simulation.policies.peak_ewma import PeakEwma
from apportion.simulation.policies.policy import Policy
from apportion.simulation.policies.power_of_two import PowerOfTwo
from apportion.simulation.policies.uniform import UniformRandom
from apportion.simulation.world.world import World

Build = Callable[[World, Random], Policy]

BASELINES: dict[str, Build] = {
    "random": lambda _, rng: UniformRandom(rng),
    "join-shortest-queue": lambda _, rng: JoinShortestQueue(rng),
    "power-of-two": lambda _, rng: PowerOfTwo(rng),
    "peak-ewma": lambda _, rng: PeakEwma(rng),
    "latency-based": lambda _, rng: LatencyBased(rng),
    "central-fcfs": lambda world, _: CentralFcfs(world),
}

GREEDY = "greedy-oracle"
MATCHING = "matching-oracle"

ORACLES: dict[str, Build] = {
    GREEDY: lambda world, _: GreedyOracle(world),
    MATCHING: lambda world, _: GreedyOracle(world),  # its queue is another: `placing.matching`
}
"""They know true speeds and failure rates."""
