"""``apportion top``: a service as it is now, on a terminal."""
