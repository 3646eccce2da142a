"""digest.py PACKAGE ROUNDS: a hash of the sources of a package, hashed again and again as a password would be."""

import hashlib
import sys

from corpus import text_of
from pace import at_the_workers_pace

package, rounds = sys.argv[1], int(sys.argv[2])
text = text_of(package)
print(at_the_workers_pace(lambda: hashlib.pbkdf2_hmac("sha256", text, b"demo", rounds).hex()))
