"""The repository is about the product: it names no place to download from and no folder of anybody's machine."""

import re

from tests.architecture.tree import ROOT, name_of, repository_files

# In halves, so that this file does not find itself.
HALVES = [
    ("py", "pi.org"),
    ("python", "hosted.org"),
    ("npm", "js.org"),
    ("npm", "js.com"),
    ("yarn", "pkg.com"),
    ("deb.deb", "ian.org"),
    ("-index", "-url"),
    ("find", "-links"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("/op", "t/"),
]
HERE = [str(ROOT), str(ROOT.parent / "shared")]
FORBIDDEN = re.compile("|".join(re.escape(words) for words in [*map("".join, HALVES), *HERE]))


def test_no_download_address_and_no_path_of_a_machine():
    found = {
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in repository_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if FORBIDDEN.search(line)
    }
    assert found == set()
