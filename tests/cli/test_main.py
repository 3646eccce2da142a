"""The command without a command, with a wrong one, and without its libraries."""

import subprocess
import sys

import pytest


def apportion(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apportion", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_version():
    from importlib.metadata import version

    assert apportion("--version").stdout == f"apportion {version('apportion')}\n"


@pytest.mark.parametrize("words", ["tasks.jsonl", "[[worker]]", "results.jsonl", "Exit codes", "130"])
def test_help_shows_the_files_and_the_exit_codes(words: str):
    done = apportion("run", "--help")
    assert done.returncode == 0
    assert words in done.stdout


@pytest.mark.parametrize("command", [[], ["run"], ["serve"], ["up"], ["simulate"]])
def test_help_says_nothing_of_the_type_of_a_flag(command: list[str]):
    done = apportion(*command, "--help")
    assert "--help" in done.stdout
    assert "bool" not in done.stdout


def test_an_unknown_command_is_answered_with_the_nearest():
    done = apportion("rnu")
    assert done.returncode == 2
    assert "Did you mean 'run'?" in done.stderr


@pytest.mark.parametrize("library", ["typer", "rich"])
def test_without_a_library_it_says_how_to_install_it(library: str):
    program = f"import sys; sys.modules[{library!r}] = None; from apportion.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'apportion[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_needs_no_library():
    program = "import sys; sys.modules['typer'] = None; from apportion.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, apportion("--version").stdout)


def test_another_missing_module_is_not_blamed_on_the_extra():
    program = "import sys; sys.modules['tomllib'] = None; from apportion.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "apportion[cli]" not in done.stderr
