"""Where a model's files come from: the package that carries them, a folder of the owner's, or the public model hub."""

import errno
import hashlib
import importlib.util
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinn.kernel import Unavailable

_log = logging.getLogger(__name__)
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file inside an installed package; the package is found, never imported."""

    package: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: its name in the model's folder.
        sha256: of the whole file, pieces joined, lower-case hexadecimal.
        pieces: joined in this order they are the file.
    """

    name: str
    sha256: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A model: its files, and where it is published.

    Attributes:
        hub_repository: `owner/name` on the public model hub; None: not published there in this form.
        hub_revision: the commit that is meant.
    """

    name: str
    files: tuple[ModelFile, ...]
    hub_repository: str | None = None
    hub_revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """Where models may come from.

    Attributes:
        cache: joined and downloaded files are kept here; hubs of one machine may share it.
        local: folders of the owner's by model name; their files are used as they are, without a hash.
        public_hub: download what neither a package nor a folder has. Off unless the owner switched it on.
    """

    cache: Path
    local: Mapping[str, Path] = field(default_factory=dict)
    public_hub: bool = False


Download = Callable[[Recipe, Path], None]
"""Fetches the files of a recipe into a folder; raises `OSError` or `Unavailable` when it cannot."""


def find_model(recipe: Recipe, options: ModelOptions, download: Download | None = None) -> Path:
    """A folder that holds every file of the model. Blocks: half a second when 140 MB must be joined, else 1 ms.

    Args:
        download: used only when the owner switched the public hub on; None: the hub's own client.

    Raises:
        Unavailable: code `model-absent` when no source has it, `model-damaged` when the bytes are not the recorded
            ones, `disk-full` or `model-cache` when the cache cannot be written.
    """
    if _is_packaged(recipe):
        return _join_package(recipe, options.cache)
    local = options.local.get(recipe.name)
    if local is not None and all((local / file.name).is_file() for file in recipe.files):
        return local
    if options.public_hub and recipe.hub_repository:
        return _fetch(recipe, options.cache, download or download_from_hub)
    raise Unavailable(
        f"The model {recipe.name} is not installed.",
        code="model-absent",
        model=recipe.name,
        packages=sorted({piece.package for file in recipe.files for piece in file.pieces}),
    )


def package_file(piece: Piece) -> Path | None:
    """Where an installed package keeps that file; None when there is no such package or file."""
    spec = importlib.util.find_spec(piece.package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / piece.path
        if path.is_file():
            return path
    return None


def join_file(pieces: Sequence[Path], target: Path, sha256: str) -> Path:
    """Make `target` out of `pieces`, unless it is there and was checked before.

    The bytes are hashed once, while they are joined; afterwards size and time of change stand for the hash. Two hubs
    may do this at once: each writes its own temporary file and moves it into place whole.

    Raises:
        Unavailable: code `model-damaged`, `disk-full` or `model-cache`.
    """
    if _was_checked(target, sha256):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _unwritable(target, error) from error
    temporary = Path(name)
    try:
        found = _write_joined(pieces, handle)
        if found != sha256:
            raise Unavailable(
                f"The file {target.name} is not the one that was recorded.",
                code="model-damaged",
                expected=sha256,
                found=found,
            )
        temporary.replace(target)
        _remember_checked(target, sha256)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _write_joined(pieces: Sequence[Path], handle: int) -> str:
    digest = hashlib.sha256()
    with os.fdopen(handle, "wb") as out:
        for piece in pieces:
            with piece.open("rb") as source:
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _is_packaged(recipe: Recipe) -> bool:
    return all(package_file(piece) for file in recipe.files for piece in file.pieces)


def _join_package(recipe: Recipe, cache: Path) -> Path:
    folder = _folder(recipe, cache)
    for file in recipe.files:
        pieces = [path for piece in file.pieces if (path := package_file(piece))]
        join_file(pieces, folder / file.name, file.sha256)
    return folder


def _fetch(recipe: Recipe, cache: Path, download: Download) -> Path:
    folder = _folder(recipe, cache)
    if all(_was_checked(folder / file.name, file.sha256) for file in recipe.files):
        return folder
    fetched = cache / f".{recipe.name}.download"
    _log.info("Downloading the model %s from the public hub, as the owner allowed", recipe.name)
    try:
        download(recipe, fetched)
    except OSError as error:
        raise Unavailable(
            f"The model {recipe.name} could not be downloaded.", code="model-absent", model=recipe.name
        ) from error
    for file in recipe.files:
        join_file([fetched / file.name], folder / file.name, file.sha256)
    shutil.rmtree(fetched, ignore_errors=True)
    return folder


def download_from_hub(recipe: Recipe, folder: Path) -> None:
    """Through huggingface_hub, at the recorded commit."""
    # Imported here: it is needed by nobody who stays offline.
    import httpx  # noqa: PLC0415
    from huggingface_hub import snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415

    assert recipe.hub_repository is not None
    try:
        snapshot_download(
            recipe.hub_repository,
            revision=recipe.hub_revision,
            allow_patterns=[file.name for file in recipe.files],
            local_dir=folder,
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, httpx.HTTPError) as error:
        raise Unavailable(
            f"The model {recipe.name} could not be downloaded.", code="model-absent", model=recipe.name
        ) from error


def _folder(recipe: Recipe, cache: Path) -> Path:
    """Named by its content, so that a newer recipe never meets the files of an older one."""
    digest = hashlib.sha256("".join(file.sha256 for file in recipe.files).encode()).hexdigest()
    return cache / f"{recipe.name}-{digest[:12]}"


def _stamp(target: Path) -> Path:
    return target.with_name(f".{target.name}.checked")


def _was_checked(target: Path, sha256: str) -> bool:
    try:
        stat = target.stat()
        seen = json.loads(_stamp(target).read_text())
    except (OSError, ValueError):
        # No file, no stamp, or a torn one: it is hashed again, which is always right.
        return False
    return bool(seen == {"sha256": sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns})


def _remember_checked(target: Path, sha256: str) -> None:
    stat = target.stat()
    seen = json.dumps({"sha256": sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns})
    temporary = _stamp(target).with_suffix(f".{os.getpid()}")
    temporary.write_text(seen)
    temporary.replace(_stamp(target))


def _unwritable(target: Path, error: OSError) -> Unavailable:
    if error.errno == errno.ENOSPC:
        return Unavailable(f"The disk is full: {target.name} could not be kept.", code="disk-full")
    return Unavailable(f"The model cache {target.parent} cannot be written: {error.strerror}.", code="model-cache")
