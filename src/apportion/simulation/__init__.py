"""The simulator: any fleet and any traffic, played against the real core in virtual time."""
