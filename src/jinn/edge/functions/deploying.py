"""Which functions the home has: deploying, going back, pausing, removing, and how each one fares."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import anyio

from jinn.edge.functions.model import CODE_BYTES_MAX, Ended, HomeEvent, Manifest, Staged, read_manifest
from jinn.edge.functions.ports import Sandbox, Workshop
from jinn.edge.functions.signing import TrustedKeys
from jinn.edge.functions.store import VERSIONS_KEPT, Failure, FunctionStore, Version
from jinn.kernel import Clock, Invalid, JinnError, NotFound, Refused, millis

FUNCTIONS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionState:
    """A function, for those who look at it."""

    staged: Staged
    versions: tuple[Version, ...]


class Functions:
    """The functions of one hub."""

    def __init__(
        self, *, store: FunctionStore, keys: TrustedKeys, workshops: Mapping[str, Workshop], clock: Clock
    ) -> None:
        self._store = store
        self._keys = keys
        self._workshops = workshops
        self._clock = clock
        self._staged: dict[str, Staged] = {}
        self._kept: dict[str, bytes] = {}
        self._versions: dict[str, dict[int, Version]] = {}
        self._sandboxes: dict[tuple[str, int], Sandbox] = {}
        self._lock = anyio.Lock()

    async def load(self) -> None:
        """Read everything and open what runs; a version that cannot be opened any more is stopped and says why."""
        staged, self._versions = await self._store.load()
        for name, (one, kept) in staged.items():
            self._staged[name], self._kept[name] = one, kept
            for version in {one.active, one.trial} - {None}:
                assert version is not None
                try:
                    await self._open(name, version)
                except JinnError as wrong:
                    await self._change(replace(one, is_enabled=False, problem=wrong.sentence))

    async def close(self) -> None:
        for sandbox in self._sandboxes.values():
            await sandbox.close()
        self._sandboxes.clear()

    async def deploy(self, document: bytes, signature: bytes, code: bytes) -> FunctionState:
        """Take a release; it runs for some of the things first.

        Raises:
            Forbidden: `function-unsigned`.
            Invalid: `function-manifest`, `function-code`, `function-export`, `function-import`.
            Refused: `function-old`: not above the newest version; `not-isolated`; `too-many-functions`.
        """
        self._keys.check(document, signature)
        manifest = read_manifest(document)
        if len(code) > CODE_BYTES_MAX or hashlib.sha256(code).hexdigest() != manifest.sha256:
            raise Invalid("The code is not the one that the manifest names.", code="function-code")
        async with self._lock:
            before = self._staged.get(manifest.name)
            self._check_newer(manifest, before)
            sandbox = await self._workshops[manifest.runtime].open(manifest, code)
            staged = (before or Staged(name=manifest.name)).tried(manifest.version)
            version = Version(
                manifest=manifest, document=document, signature=signature, added_ms=millis(self._clock.now())
            )
            try:
                await self._store.add(version, code, staged, self._kept.get(manifest.name, b""))
            except JinnError:
                await sandbox.close()
                raise
            self._versions.setdefault(manifest.name, {})[manifest.version] = version
            self._sandboxes[manifest.name, manifest.version] = sandbox
            self._staged[manifest.name] = staged
            self._kept.setdefault(manifest.name, b"")
            await self._tidy(manifest.name)
        return self.state(manifest.name)

    async def go_back(self, name: str, version: int | None = None) -> FunctionState:
        """Run an older version again, for all things; without a number the one before the newest."""
        async with self._lock:
            staged = self._get(name)
            kept = sorted(self._versions[name])
            running = staged.trial or staged.active or kept[-1]
            older = [number for number in kept if number < running]
            wanted = version if version is not None else (older[-1] if older else None)
            if wanted is None or wanted not in self._versions[name]:
                raise NotFound(f"There is no such version of {name} to go back to.", code="function-version")
            await self._open(name, wanted)
            await self._change(Staged(name=name, active=wanted))
            await self._tidy(name)
        return self.state(name)

    async def enable(self, name: str, *, is_enabled: bool) -> FunctionState:
        async with self._lock:
            staged = replace(self._get(name), is_enabled=is_enabled, good=0, bad=0)
            await self._change(replace(staged, problem="") if is_enabled else staged)
        return self.state(name)

    async def remove(self, name: str) -> None:
        """Forget a function with all its versions. Raises `NotFound`."""
        async with self._lock:
            self._get(name)
            await self._store.remove(name)
            del self._staged[name]
            self._versions.pop(name, None)
            self._kept.pop(name, None)
            for key in [key for key in self._sandboxes if key[0] == name]:
                await self._sandboxes.pop(key).close()

    def state(self, name: str) -> FunctionState:
        """Raises `NotFound` with code `function-not-found`."""
        versions = self._versions.get(name, {})
        return FunctionState(staged=self._get(name), versions=tuple(versions[number] for number in sorted(versions)))

    def states(self) -> tuple[FunctionState, ...]:
        return tuple(self.state(name) for name in sorted(self._staged))

    async def failures(self, name: str) -> list[Failure]:
        """The newest first. Raises `NotFound`."""
        self._get(name)
        return await self._store.failures(name)

    def running(self) -> tuple[tuple[Staged, Manifest], ...]:
        """Every function that is enabled, with the newest of its manifests that runs."""
        found = []
        for name, staged in self._staged.items():
            number = staged.trial or staged.active
            if staged.is_enabled and number is not None:
                found.append((staged, self._versions[name][number].manifest))
        return tuple(found)

    async def work(self, name: str, event: HomeEvent) -> tuple[Manifest, Ended] | None:
        """One event through the version that is due for its thing; None when none is."""
        version = self._get(name).version_for(event.thing)
        sandbox = self._sandboxes.get((name, version)) if version is not None else None
        if sandbox is None:
            return None
        ended = await sandbox.work(event, self._kept.get(name, b""))
        return sandbox.manifest, ended

    async def count(self, name: str, manifest: Manifest, event: HomeEvent, ended: Ended) -> None:
        """Note how an event ended: it may pass a stage, or send a version back."""
        if name not in self._staged:
            return
        before = self._staged[name]
        after = before.ended(manifest.version, ended.problem and f"{ended.problem}: {ended.sentence}")
        is_kept_new = ended.kept is not None and ended.kept != self._kept.get(name)
        if ended.kept is not None:
            self._kept[name] = ended.kept
        if ended.problem:
            failure = Failure(
                version=manifest.version, thing=event.thing, at_ms=millis(self._clock.now()),
                problem=ended.problem, sentence=ended.sentence,
            )  # fmt: skip
            await self._store.add_failure(name, failure)
        self._staged[name] = after
        if is_kept_new or (after.active, after.trial, after.stage, after.is_enabled) != (
            before.active, before.trial, before.stage, before.is_enabled
        ):  # fmt: skip
            await self._change(after)

    async def note_missed(self, name: str, event: HomeEvent) -> None:
        """It happened while no hub ran and is too late now; not the function's fault, so it counts against none."""
        staged = self._staged.get(name)
        if staged is None:
            return
        sentence = f"{event.name} of {event.thing} was not told: no hub was running."
        failure = Failure(
            version=staged.trial or staged.active or 0, thing=event.thing, at_ms=millis(self._clock.now()),
            problem="function-missed", sentence=sentence,
        )  # fmt: skip
        await self._store.add_failure(name, failure)

    def _check_newer(self, manifest: Manifest, before: Staged | None) -> None:
        if before is None and len(self._staged) >= FUNCTIONS_MAX:
            raise Refused(f"A hub runs at most {FUNCTIONS_MAX} functions.", code="too-many-functions")
        newest = max(self._versions.get(manifest.name, {}), default=0)
        if manifest.version <= newest:
            raise Refused(f"Version {manifest.version} of {manifest.name} is not above {newest}.", code="function-old")

    async def _open(self, name: str, number: int) -> None:
        if (name, number) not in self._sandboxes:
            version = self._versions[name][number]
            self._keys.check(version.document, version.signature)
            code = await self._store.code(version)
            self._sandboxes[name, number] = await self._workshops[version.manifest.runtime].open(version.manifest, code)

    async def _change(self, staged: Staged) -> None:
        await self._store.put(staged, self._kept.get(staged.name, b""))
        self._staged[staged.name] = staged

    async def _tidy(self, name: str) -> None:
        """Close what does not run any more, and forget releases that are too old to go back to."""
        staged = self._staged[name]
        for key in [key for key in self._sandboxes if key[0] == name and key[1] not in (staged.active, staged.trial)]:
            await self._sandboxes.pop(key).close()
        numbers = sorted(self._versions[name])
        needed = {*numbers[-VERSIONS_KEPT:], *(number for number in (staged.active, staged.trial) if number)}
        oldest = min(needed)
        if numbers[0] < oldest:
            await self._store.forget_versions(name, oldest)
            self._versions[name] = {number: self._versions[name][number] for number in numbers if number >= oldest}

    def _get(self, name: str) -> Staged:
        found = self._staged.get(name)
        if found is None:
            raise NotFound(f"There is no function {name[:48]!r}.", code="function-not-found")
        return found
