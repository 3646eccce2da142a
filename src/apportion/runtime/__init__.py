"""The runtime: a machine that decides what happens next, and a driver that makes it happen."""
