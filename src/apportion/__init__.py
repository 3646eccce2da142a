"""Apportion: every task on the right worker."""
