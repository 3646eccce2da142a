"""words.py PACKAGE: the words that the sources of a package use most."""

import re
import sys
from collections import Counter

from corpus import text_of
from pace import at_the_workers_pace

text = text_of(sys.argv[1]).decode(errors="replace")


def count() -> str:
    """Count the words, and the phrases of three."""
    words = re.findall(r"[A-Za-z]{3,}", text)
    phrases = Counter(zip(words, words[1:], words[2:], strict=False))
    common = ", ".join(f"{word} {times}" for word, times in Counter(words).most_common(5))
    return f"{len(words)} words: {common}; most frequent phrase: {' '.join(phrases.most_common(1)[0][0])}"


print(at_the_workers_pace(count))
