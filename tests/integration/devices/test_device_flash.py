"""The flash in memory, on which power cuts are tried, keeps what the folder keeps."""

import tempfile
from pathlib import Path

import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st
from jinn_os.update.flash import FolderFlash
from jinn_os.update.sim_flash import SimFlash

names = st.sampled_from(["boot.0", "a/main.py", "a/os/two.py", "b/main.py"])
steps = st.tuples(st.sampled_from(["append", "overwrite", "sync", "remove"]), names, st.binary(max_size=1500))


@examples(40)
@given(st.lists(steps, max_size=12))
def test_both_kinds_of_flash_keep_the_same(deeds: list[tuple[str, str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare(FolderFlash(folder), SimFlash(), deeds)


def compare(folder: FolderFlash, memory: SimFlash, deeds: list[tuple[str, str, bytes]]) -> None:
    kinds = (folder, memory)
    for deed, name, data in deeds:
        for flash in kinds:
            if deed in ("append", "overwrite"):
                getattr(flash, deed)(name, data)
            elif deed == "remove" or flash.size(name) is not None:
                getattr(flash, deed)(name)
    for name in ("boot.0", "a/main.py", "a/os/two.py", "b/main.py"):
        assert folder.read(name) == memory.read(name)
        assert folder.size(name) == memory.size(name)
        assert folder.start(name, 7) == memory.start(name, 7)
        assert b"".join(bytes(data) for data in folder.chunks(name)) == b"".join(memory.chunks(name))
    assert folder.names("a") == memory.names("a")


def test_json_is_read_from_a_place_in_a_file(tmp_path: Path) -> None:
    for flash in (FolderFlash(str(tmp_path)), SimFlash()):
        flash.append("x", b'head\n{"a": 1}')
        assert flash.json_at("x", 5) == {"a": 1}
        with pytest.raises(ValueError, match=r"."):
            flash.json_at("x", 0)
