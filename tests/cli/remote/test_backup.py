"""A store is copied while a service runs on it, and the copy goes on from there."""

from contextlib import closing
from pathlib import Path

from apportion.assemble import store_opener
from tests.cli.remote.conftest import CommandLine
from tests.service.conftest import Process


def test_the_copy_is_a_store_with_everything_in_it(cli: CommandLine, service: Process, tmp_path: Path):
    store = service.folder / "tasks.db"
    cli("submit", "--type", "x", "-c", "gpu", "--id", "kept", "--payload", "1")
    assert cli("backup", "copy.db", "--store", str(tmp_path / "absent.db")).code == 2
    said = cli("backup", "copy.db", "--store", str(store))
    assert (said.code, "is copied to copy.db" in said.err) == (0, True)
    with closing(store_opener(tmp_path / "copy.db")()) as copy:
        assert copy.get("kept").payload == 1
    again = cli("backup", "copy.db", "--store", str(store))
    assert (again.code, "is there already" in again.err) == (4, True)
    cli("cancel", "kept")
