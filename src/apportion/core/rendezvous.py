"""Which worker a key belongs to: rendezvous hashing.

Each key ranks all workers by a hash of (key, worker), and belongs to the first. A worker that joins takes only the keys
that now rank it first, and one that leaves gives away only its own, about 1/N of them; the second in the ranking is a
stable second choice. Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions
on Networking 6(1), 1998. The hash is the same in every process, which Python's own is not.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@lru_cache(maxsize=1 << 16)
def fingerprint(text: str) -> int:
    """Return 64 well-mixed bits of a string."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def fingerprints(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Return the fingerprints of worker ids."""
    return np.fromiter(map(fingerprint, ids), dtype=np.uint64, count=len(ids))


def ranks(key: str, workers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each worker's rank for a key; the highest has it.

    The mix is the finaliser of splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
    2014).
    """
    mixed = workers ^ np.uint64(fingerprint(key))
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
