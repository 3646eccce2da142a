"""How many workers of which kind reach a target, found by simulating fleets."""
