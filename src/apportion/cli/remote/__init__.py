"""Commands that talk to a service: a file a command, what they print in ``views``."""
