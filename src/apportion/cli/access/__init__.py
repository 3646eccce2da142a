"""Commands beside the service, on the machine of its store: tokens, and the log of what administrators did."""
