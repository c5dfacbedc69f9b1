"""Which packages are kept: taking them in, and giving them out."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

from jinn.kernel import Clock, Conflict, Invalid, Names, NotFound, Refused, Unavailable, millis, new_id
from jinn.runtime import Database, keep_file
from jinn.things.firmware import store
from jinn.things.firmware.manifest import SignedManifest, read_signed
from jinn.things.firmware.model import Image, ImageId

PACKAGE_BYTES_MAX = 12 * 1024 * 1024
"""What one request may carry, less its other parts; a thing's slot holds far less."""


class Images:
    """The packages of all products, in a folder; what they are is in the database.

    `key_of` gives the maker's public key that is pinned for a product, None when none is.
    """

    def __init__(self, *, database: Database, folder: Path, clock: Clock, key_of: Callable[[str], str | None]) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._key_of = key_of

    async def add(self, blob: bytes, content: bytes) -> Image:
        """Keep a package whose manifest the product's maker signed; the same again changes nothing.

        Raises:
            Refused: `manifest-unsigned`, `no-update-key`.
            Invalid: `manifest-malformed`, `manifest-too-large`, `package-too-large`, `package-hash`.
            Conflict: `version-taken` by another package, or by another version with this counter.
        """
        if len(content) > PACKAGE_BYTES_MAX:
            raise Invalid(f"A package has at most {PACKAGE_BYTES_MAX} bytes.", code="package-too-large")
        signed = self._checked(blob)
        _check_content(signed, content)
        manifest = signed.manifest
        for known in await self.all():
            if (known.sha256, known.blob) == (manifest.sha256, blob):
                await to_thread.run_sync(self._keep, manifest.sha256, content)
                return known
        image = Image(
            id=ImageId(new_id(self._clock)),
            product_key=manifest.product_key,
            module=manifest.module,
            version=manifest.version,
            counter=manifest.counter,
            size=manifest.size,
            sha256=manifest.sha256,
            blob=blob,
            notes=Names(en=manifest.notes.en, zh=manifest.notes.zh),
            added_ms=millis(self._clock.now()),
        )
        # The file first: a row whose package is missing would be offered, a file without a row is only forgotten.
        await to_thread.run_sync(self._keep, manifest.sha256, content)
        try:
            await self._database.write(store.add_image(image))
        except Conflict as taken:
            raise Conflict(
                f"There is another package with version {manifest.version} or counter {manifest.counter}.",
                code="version-taken",
            ) from taken
        return image

    async def all(self) -> list[Image]:
        return [store.image_of(row) for row in await self._database.read("firmware.images")]

    async def image(self, image_id: ImageId) -> Image:
        """Raises `NotFound` with code `firmware-not-found`."""
        for row in await self._database.read("firmware.image", id=image_id):
            return store.image_of(row)
        raise NotFound(f"There is no firmware {image_id[:64]!r}.", code="firmware-not-found")

    async def newest(self, product_key: str, module: str = "default") -> Image | None:
        rows = await self._database.read("firmware.newest_image", product_key=product_key, module=module)
        return store.image_of(rows[0]) if rows else None

    async def content(self, image: Image, start: int, size: int) -> bytes:
        """A part of the package. Raises `Unavailable` with code `package-missing`."""
        return await to_thread.run_sync(self._read, image.sha256, start, size)

    def _checked(self, blob: bytes) -> SignedManifest:
        claimed = read_signed(blob, None)
        public = self._key_of(claimed.manifest.product_key)
        if public is None:
            raise Refused(
                f"The product {claimed.manifest.product_key} has no update key, so nothing can be signed for it.",
                code="no-update-key",
            )
        return read_signed(blob, public)

    def _keep(self, sha256: str, content: bytes) -> None:
        path = self._folder / sha256
        if path.exists() and path.stat().st_size == len(content):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            keep_file(path, content)
        except OSError as error:
            raise Unavailable(f"The package could not be kept: {error.strerror}.", code="disk-full") from error

    def _read(self, sha256: str, start: int, size: int) -> bytes:
        try:
            with (self._folder / sha256).open("rb") as file:
                file.seek(start)
                return file.read(size)
        except OSError as error:
            raise Unavailable("The package is not on this hub.", code="package-missing") from error


def _check_content(signed: SignedManifest, content: bytes) -> None:
    manifest = signed.manifest
    if len(content) != manifest.size or hashlib.sha256(content).hexdigest() != manifest.sha256:
        raise Invalid("The package is not the one that was signed.", code="package-hash")
    at = 0
    for path, size, digest in manifest.files:
        if hashlib.sha256(content[at : at + size]).hexdigest() != digest:
            raise Invalid(f"{path} in the package is not the one that was signed.", code="package-hash")
        at += size
