"""A model comes from its package, else from the owner's folder, else not at all; its bytes are checked once."""

import hashlib
from pathlib import Path

import pytest

from jinn.kernel import Unavailable
from jinn.voice.models import ModelFile, ModelOptions, Piece, Recipe, find_model

TEXT = b"one two three four"
SHA256 = hashlib.sha256(TEXT).hexdigest()


def _recipe(package: str, sha256: str = SHA256) -> Recipe:
    pieces = (Piece(package=package, path="data/m.part1"), Piece(package=package, path="data/m.part2"))
    return Recipe(name="toy", files=(ModelFile(name="model.bin", sha256=sha256, pieces=pieces),))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    data = tmp_path / "site" / "toy_model_package" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("raise RuntimeError('a package of weights is never imported')")
    (data / "m.part1").write_bytes(TEXT[:7])
    (data / "m.part2").write_bytes(TEXT[7:])
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return "toy_model_package"


def test_the_pieces_of_a_package_are_joined_into_the_cache(package: str, tmp_path: Path) -> None:
    folder = find_model(_recipe(package), ModelOptions(cache=tmp_path / "cache"))

    assert (folder / "model.bin").read_bytes() == TEXT


def test_a_joined_file_is_written_once_and_read_by_everybody(package: str, tmp_path: Path) -> None:
    options = ModelOptions(cache=tmp_path / "cache")
    first = (find_model(_recipe(package), options) / "model.bin").stat()

    second = (find_model(_recipe(package), options) / "model.bin").stat()

    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)


def test_a_joined_file_that_was_touched_since_is_made_anew(package: str, tmp_path: Path) -> None:
    options = ModelOptions(cache=tmp_path / "cache")
    path = find_model(_recipe(package), options) / "model.bin"
    path.write_bytes(b"something else")

    find_model(_recipe(package), options)

    assert path.read_bytes() == TEXT


def test_bytes_that_are_not_the_recorded_ones_are_refused_and_not_kept(package: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        find_model(_recipe(package, sha256="0" * 64), ModelOptions(cache=tmp_path / "cache"))

    assert refusal.value.stable_code() == "model-damaged"
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_the_owners_folder_serves_when_the_package_has_vanished(tmp_path: Path) -> None:
    local = tmp_path / "mine"
    local.mkdir()
    (local / "model.bin").write_bytes(b"my own")

    folder = find_model(_recipe("no_such_package"), ModelOptions(cache=tmp_path / "cache", local={"toy": local}))

    assert folder == local


def test_without_any_source_the_model_is_absent_and_its_packages_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        find_model(_recipe("no_such_package"), ModelOptions(cache=tmp_path / "cache"))

    assert refusal.value.stable_code() == "model-absent"
    assert refusal.value.facts["packages"] == ["no_such_package"]


def test_a_cache_on_a_file_is_named(package: str, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")

    with pytest.raises(Unavailable) as refusal:
        find_model(_recipe(package), ModelOptions(cache=tmp_path / "cache"))

    assert refusal.value.stable_code() == "model-cache"


class FakeHub:
    """A public model hub that has one file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.downloads = 0

    def download(self, recipe: Recipe, folder: Path) -> None:
        self.downloads += 1
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(self._content)


def _published(sha256: str = SHA256) -> Recipe:
    recipe = _recipe("no_such_package", sha256)
    return Recipe(name=recipe.name, files=recipe.files, hub_repository="somebody/toy", hub_revision="abc")


def test_the_public_hub_is_asked_only_when_the_owner_switched_it_on(tmp_path: Path) -> None:
    hub = FakeHub(TEXT)

    with pytest.raises(Unavailable):
        find_model(_published(), ModelOptions(cache=tmp_path / "cache"), hub.download)

    assert hub.downloads == 0


def test_what_the_public_hub_has_is_fetched_once_and_checked(tmp_path: Path) -> None:
    hub, options = FakeHub(TEXT), ModelOptions(cache=tmp_path / "cache", public_hub=True)

    folders = [find_model(_published(), options, hub.download) for _ in range(2)]

    assert (folders[0] / "model.bin").read_bytes() == TEXT
    assert folders[0] == folders[1]
    assert hub.downloads == 1


def test_other_bytes_from_the_public_hub_are_refused(tmp_path: Path) -> None:
    hub = FakeHub(b"something else")

    with pytest.raises(Unavailable) as refusal:
        find_model(_published(), ModelOptions(cache=tmp_path / "cache", public_hub=True), hub.download)

    assert refusal.value.stable_code() == "model-damaged"
