"""primes.py LIMIT: how many primes there are below a limit, and the last of them."""

import sys

from pace import at_the_workers_pace

limit = int(sys.argv[1])


def count() -> str:
    """Strike out the multiples, as Eratosthenes did."""
    prime = bytearray([1]) * limit
    prime[0:2] = b"\0\0"
    for number in range(2, int(limit**0.5) + 1):
        if prime[number]:
            prime[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return f"{sum(prime)} primes below {limit}; the last is {prime.rfind(1)}"


print(at_the_workers_pace(count))
