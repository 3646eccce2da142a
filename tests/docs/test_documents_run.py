"""What documents show is what happens: their code runs, and their commands answer as promised."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of, repository_files
from tests.docs.blocks import LEFT_ALONE, RUN, Block, agrees, blocks_of, meanwhile

DOCUMENTS = [path for path in repository_files() if path.suffix == ".md"]
RUN_PYTHON = Path(__file__).with_name("run_python.py")
END = "\x1e"
READY = re.compile(r"listening on|is at work")


@pytest.fixture(params=DOCUMENTS, ids=name_of)
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def blocks(document: Path) -> list[Block]:
    return [block for block in blocks_of(document) if block.not_run is None]


@pytest.fixture
def copy(blocks: list[Block], tmp_path: Path) -> Path:
    """Return the sources that the document's code runs on: ours, or a copy that it changes."""
    changed = [block for block in blocks if block.file.startswith("src/")]
    if not changed:
        return ROOT
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for block in changed:
        if block.language == "diff":
            change(copy / block.file, block.text)
        else:
            assert not (copy / block.file).exists(), f"{block.file} is there already"
            (copy / block.file).write_text(block.text, encoding="utf-8")
    return copy


@pytest.fixture
def folder(blocks: list[Block], tmp_path: Path) -> Path:
    """Return the folder in which the document's commands are given, with the files that it shows."""
    folder = tmp_path / "work"
    folder.mkdir()
    for block in blocks:
        if block.file and not block.file.startswith("src/"):
            (folder / block.file).write_text(block.text, encoding="utf-8")
    return folder


@pytest.fixture
def environment(copy: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    # Documents speak of the usual address; here it is one that nobody else has.
    address = {"APPORTION_PORT": port, "APPORTION_URL": f"http://127.0.0.1:{port}"}
    look = {"NO_COLOR": "1", "COLUMNS": "160"}
    return {**os.environ, "PATH": path, "PYTHONPATH": str(copy / "src"), **look, **address}


class Meanwhile:
    """What a reader has running in other terminals."""

    def __init__(self, document: Path, folder: Path, environment: dict[str, str]) -> None:
        self._waiting = meanwhile(document)
        self._folder = folder
        self._environment = environment
        self._running: list[subprocess.Popen[str]] = []

    def reach(self, line: int) -> None:
        """Start what the document has started by that line."""
        while self._waiting and self._waiting[0][0] < line:
            _, command = self._waiting.pop(0)
            process = subprocess.Popen(
                shlex.split(command), cwd=self._folder, env=self._environment, stderr=subprocess.PIPE, text=True
            )
            self._running.append(process)
            assert process.stderr is not None
            assert any(READY.search(said) for said in process.stderr), f"{command} does not run"

    def end(self) -> None:
        for process in reversed(self._running):
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture
def others(document: Path, folder: Path, environment: dict[str, str]) -> Iterator[Meanwhile]:
    others = Meanwhile(document, folder, environment)
    yield others
    others.end()


def change(file: Path, text: str) -> None:
    """Put the lines with a plus where the lines beside them stand."""
    lines = [line for line in text.splitlines() if line]
    before = "\n".join(line[1:] for line in lines if line[0] == " ")
    after = "\n".join(line[1:] for line in lines if line[0] in " +")
    source = file.read_text(encoding="utf-8")
    assert source.count(before) == 1, f"{file}: the lines around the change are not there, or more than once"
    file.write_text(source.replace(before, after), encoding="utf-8")


def test_every_block_is_of_a_kind_that_is_tested(document: Path):
    known = RUN | LEFT_ALONE
    assert [block.language for block in blocks_of(document) if block.language not in known] == []


def test_the_python_runs(document: Path, blocks: list[Block], folder: Path, environment: dict[str, str]):
    code = [block for block in blocks if block.language == "python" and not block.file]
    if not code:
        return
    given = json.dumps([[block.line, block.text] for block in code])
    command = [sys.executable, str(RUN_PYTHON), str(document)]
    done = subprocess.run(
        command, input=given, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    printed = dict(zip((block.line for block in code), json.loads(done.stdout), strict=True))
    for block, after in pairwise(blocks):
        if after.language == "text":
            assert agrees(after.text, printed[block.line]), f"line {block.line} prints\n{printed[block.line]}"


def test_the_commands_answer_as_promised(
    blocks: list[Block], folder: Path, environment: dict[str, str], others: Meanwhile
):
    for block in blocks:
        if block.language == "console":
            others.reach(block.line)
            commands, promised = sessions(block.text)
            script = "".join(f"{command}\nlast=$?; printf '{END}'; (exit $last)\n" for command in commands)
            done = subprocess.run(
                ["bash", "-c", f"exec 2>&1\n{script}true"],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            for command, want, got in zip(commands, promised, done.stdout.split(END)[:-1], strict=True):
                assert agrees(want, got), f"{command}\nprints\n{got}"


def sessions(text: str) -> tuple[list[str], list[str]]:
    """Return the commands of a console block, and what each should print."""
    commands: list[str] = []
    promised: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append(line[2:])
            promised.append("")
        else:
            promised[-1] += f"{line}\n"
    return commands, promised


def test_the_data_can_be_read(blocks: list[Block]):
    for block in blocks:
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "jsonl":
            assert [json.loads(line) for line in block.text.splitlines() if line]
        elif block.language == "toml":
            tomllib.loads(block.text)
