"""Fair share between tenants: whose turn it is.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996): each start moves its tenant's tag on by what it costs,
divided by the tenant's weight, and the lowest tag has the next turn. A tenant that had nothing to do begins at the tag
that was served last, so that it neither saves up turns nor waits for those that others have had.
"""

from __future__ import annotations

from collections.abc import Mapping

_MOST_KEPT = 4096


class FairShare:
    """Tags of tenants.

    Args:
        weights: by tenant, > 0; 1 for those who are not named.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._tags: dict[str, float] = {}
        self._now = 0.0

    def tag(self, tenant: str) -> float:
        """Return the tag at which a tenant's next task would start; the lowest has the next turn."""
        return max(self._now, self._tags.get(tenant, 0.0))

    def step(self, tenant: str, cost: float) -> float:
        """Return by how much a start of that cost moves the tenant's tag on."""
        return cost / self._weights.get(tenant, 1.0)

    def started(self, tenant: str, cost: float) -> None:
        """A tenant's task has started, and costs so many units of capacity times seconds."""
        self._now = self.tag(tenant)
        self._tags[tenant] = self._now + self.step(tenant, cost)
        if len(self._tags) > _MOST_KEPT:
            self._tags = {name: tag for name, tag in self._tags.items() if tag > self._now}
