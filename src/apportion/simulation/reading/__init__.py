"""Reads scenario files, and names everything that is wrong with them."""
