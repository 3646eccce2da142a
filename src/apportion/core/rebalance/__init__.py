"""Advice on moving work that is already placed. Advice only: whoever asks carries it out, or not."""
