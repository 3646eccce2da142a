"""A plan for a whole queue: who should get what, under capacity."""
