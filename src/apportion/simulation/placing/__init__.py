"""How tasks get to workers: the queue, and whoever decides."""
