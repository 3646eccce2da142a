"""Made-up traffic whose parameters come from published statistics: one file each, and one line in `GENERATORS`."""

from __future__ import annotations

from typing import Any

from apportion.simulation.generators.azure_llm_like import AzureLlmLike
from apportion.simulation.generators.bursty import Bursty
from apportion.simulation.generators.diurnal import Diurnal
from apportion.simulation.generators.poisson import Poisson

GENERATORS: dict[str, type[Any]] = {
    "poisson": Poisson,
    "bursty": Bursty,
    "diurnal": Diurnal,
    "azure-llm-like": AzureLlmLike,
}
