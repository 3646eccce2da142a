"""What workers of tests do."""

from apportion.config import RuntimeConfig


def double(payload):
    return payload * 2


async def double_soon(payload):
    return payload * 2


def fail(payload):
    raise ValueError(payload)


HANDLERS = {"double": double, "double-soon": double_soon, "fail": fail}
QUICK = RuntimeConfig(retry_backoff=0.0)
