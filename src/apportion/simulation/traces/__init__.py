"""Public formats of traffic: one file each, and one line in `READERS`.

A reader is a function from a path and a random source to rows, and a table of the columns that expressions may ask for.
The random source is for what a format leaves open (when within its minute a function was called); rows may come in any
order, and are sorted by whoever asked for them.
"""

from __future__ import annotations

from apportion.simulation.traces import (
    apportion_decisions,
    azure_functions_2019,
    azure_llm_2023,
    iofrol_ci_2015,
    mooncake,
    openb_gpu_2023,
    pytorch_ci_2024,
    swf,
)
from apportion.simulation.traces.reader import Reader

READERS: dict[str, Reader] = {
    "azure-llm-2023": azure_llm_2023.READER,
    "azure-functions-2019": azure_functions_2019.READER,
    "mooncake": mooncake.READER,
    "openb-gpu-2023": openb_gpu_2023.READER,
    "pytorch-ci-2024": pytorch_ci_2024.READER,
    "iofrol-ci-2015": iofrol_ci_2015.READER,
    "swf": swf.READER,
    "apportion": apportion_decisions.READER,
}
