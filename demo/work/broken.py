"""broken.py: always fails, and says why."""

import sys

print("reading the settings")
sys.exit("no setting named 'colour' (on purpose: this task always fails)")
