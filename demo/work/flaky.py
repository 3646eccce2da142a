"""flaky.py: fails at the first attempt, as a network sometimes does, and succeeds at the next."""

import os
import sys

if os.environ.get("APPORTION_ATTEMPT") == "1":
    sys.exit("the connection was reset (on purpose: the next attempt succeeds)")
print("connected")
