"""stuck.py: waits for what never comes, until its time is up."""

import threading

print("waiting for a message that nobody sends", flush=True)
threading.Event().wait()
