"""``azure-llm-like``: requests to two LLM services, shaped like the Azure LLM inference trace of November 2023.

Of the statistics of that trace (AzurePublicDataset; Patel et al., "Splitwise", ISCA 2024):

| | ``code`` | ``conv`` |
|---|---|---|
| share of requests | 8819 of 28185 | 19366 of 28185 |
| arrivals | bursty: peak/mean of 60 s counts 4.2 | nearly Poisson: CV of gaps 1.09 |
| input tokens | mean 2048, CV 0.96, at most 7437 | mean 1155, CV 0.96, at most 14050 |
| output tokens | mean 27.9, CV 2.15, at most 1899 | mean 211, CV 0.77, at most 1000 |

Token counts are drawn from lognormal distributions of these means and CVs, cut off at these maxima; inputs and outputs
are independent (their correlation in the trace is 0.00 and -0.11). The mean rate there is 8.05 requests a second.
Work is 0.2 ms an input token and 20 ms an output token, as the reader of the trace has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from apportion import validation
from apportion.clock import Random, fresh_random
from apportion.model.plain import Plain
from apportion.simulation.generators.bursty import Bursty
from apportion.simulation.generators.poisson import Poisson
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.row import Row

_CODE_SHARE = 8819 / 28185
_TOKENS = {
    "code": ((Amount("lognormal", 2048.0, 0.96), 7437), (Amount("lognormal", 27.9, 2.15), 1899)),
    "conv": ((Amount("lognormal", 1155.0, 0.96), 14050), (Amount("lognormal", 211.0, 0.77), 1000)),
}
_SECONDS_PER_INPUT = 0.0002
_SECONDS_PER_OUTPUT = 0.02
_COLUMNS = {"service": "code or conv", "input_tokens": "tokens of the prompt", "output_tokens": "tokens of the answer"}


@dataclass(frozen=True)
class AzureLlmLike(Plain):
    """Requests to two LLM services.

    Attributes:
        limit: requests in all, >= 1.
        rate: requests a second, > 0.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    limit: int = 10_000
    rate: float = 8.05

    def __post_init__(self) -> None:
        validation.count("AzureLlmLike.limit", self.limit, least=1)
        validation.number("AzureLlmLike.rate", self.rate, above=0)

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for."""
        return _COLUMNS

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival."""
        code = Bursty(self.limit, self.rate * _CODE_SHARE).rows(fresh_random(rng.getrandbits(64)))
        conv = Poisson(self.limit, self.rate * (1 - _CODE_SHARE)).rows(fresh_random(rng.getrandbits(64)))
        arrivals = merge(((row.arrival, "code") for row in code), ((row.arrival, "conv") for row in conv))
        for arrival, service in islice(arrivals, self.limit):
            yield _request(arrival, service, rng)


def _request(arrival: float, service: str, rng: Random) -> Row:
    given, made = (float(max(1, min(most, round(amount.draw(rng))))) for amount, most in _TOKENS[service])
    return Row(
        arrival,
        _SECONDS_PER_INPUT * given + _SECONDS_PER_OUTPUT * made,
        service,
        {"service": service, "input_tokens": given, "output_tokens": made},
    )
