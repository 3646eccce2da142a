"""Limits over all workers: how many at once, how many a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apportion import validation
from apportion.errors import FieldError, did_you_mean
from apportion.model.plain import Plain

KINDS: Final = ("task_type", "tenant", "key")
_FASTEST: Final = 100_000.0


@dataclass(frozen=True)
class Limit(Plain):
    """A limit on the tasks of one type, of one tenant, or that name one key in ``limit_keys``; over all workers.

    Attributes:
        kind: ``task_type``, ``tenant`` or ``key``.
        name: which.
        concurrency: how many may run at once, >= 1; None: any number.
        rate: how many may start a second, > 0 and at most 100,000; None: any number.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    kind: str
    name: str
    concurrency: int | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            known = ", ".join(KINDS)
            raise FieldError("Limit.kind", f"must be one of {known}, not {self.kind!r}{did_you_mean(self.kind, KINDS)}")
        validation.text("Limit.name", self.name)
        if self.concurrency is None and self.rate is None:
            raise FieldError("Limit", f"of {self} limits nothing; give it a concurrency or a rate")
        if self.concurrency is not None:
            self.__dict__["concurrency"] = validation.count("Limit.concurrency", self.concurrency, least=1)
        validation.optional_number("Limit.rate", self.rate, above=0, most=_FASTEST)

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.name!r}"

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Return the limit that a line such as ``key:openai,concurrency=4,rate=10`` names.

        Raises:
            FieldError: the line does not say what it has to.
        """
        subject, *bounds = text.rsplit(",", max(1, min(2, text.count("="))))
        kind, colon, name = subject.partition(":")
        given: dict[str, float] = {}
        for bound in bounds:
            what, _, number = bound.partition("=")
            if what not in {"concurrency", "rate"} or what in given:
                raise FieldError("limits", f"{text!r}: {bound!r} is not concurrency=NUMBER or rate=NUMBER; {_FORM}")
            given[what] = _number(text, what, number)
        if not colon or not given:
            raise FieldError("limits", f"{text!r} names nothing to limit; {_FORM}")
        return cls(kind, name, **given)  # type: ignore[arg-type]


_FORM: Final = "write it like 'key:openai,concurrency=4,rate=10', with task_type:, tenant: or key: before the name"


def _number(text: str, what: str, number: str) -> float:
    try:
        return int(number) if what == "concurrency" else float(number)
    except ValueError:
        raise FieldError("limits", f"{text!r}: {what} must be a number, not {number!r}") from None
