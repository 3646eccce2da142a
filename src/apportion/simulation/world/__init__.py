"""The simulated world: tasks that arrive, workers as they really are, and the virtual time in which they meet."""
