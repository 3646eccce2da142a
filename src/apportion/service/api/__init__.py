"""The calls, one file for each resource; each file exports ``ROUTES``."""
