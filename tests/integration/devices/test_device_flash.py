"""The flash in memory, on which power cuts are tried, keeps what the folder keeps."""

import tempfile

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
    assert list(folder.names("a")) == memory.names("a")
