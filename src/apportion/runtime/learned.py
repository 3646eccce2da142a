"""What was learned, as a document in the store."""

from __future__ import annotations

from typing import Any, cast

from apportion.core.balancer import LoadBalancer
from apportion.ports import Remember

DOCUMENT = "learned"


class Learned:
    """Saves and restores what a balancer learned.

    Args:
        balancer: the one that learns.
    """

    def __init__(self, balancer: LoadBalancer) -> None:
        self._balancer = balancer

    def document(self) -> Remember | None:
        """Return what was learned until now, or None where nothing learns."""
        adaptive = self._balancer.adaptive
        return None if adaptive is None else Remember(DOCUMENT, adaptive.state_dict())

    def restore(self, document: Any) -> None:
        """Go on from what `document` gave; from anything else, begin anew."""
        adaptive = self._balancer.adaptive
        if adaptive is not None and isinstance(document, dict):
            adaptive.load_state_dict(cast("dict[str, Any]", document))
