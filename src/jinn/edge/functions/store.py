"""Where functions, their code and their failures are kept."""

import base64
from dataclasses import dataclass
from pathlib import Path

from jinn.edge.functions.model import Manifest, Staged, read_manifest
from jinn.kernel import Clock, millis, new_id
from jinn.runtime import Database, Row, Schema, Sql, Statement

SCHEMA = Schema(room="functions", folder=Path(__file__).parent / "sql")
VERSIONS_KEPT = 3
FAILURES_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One release, as it was deployed."""

    manifest: Manifest
    document: bytes
    signature: bytes
    added_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One event that a version failed at."""

    version: int
    thing: str
    at_ms: int
    problem: str
    sentence: str


class FunctionStore:
    """The only reader of these tables."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def load(self) -> tuple[dict[str, tuple[Staged, bytes]], dict[str, dict[int, Version]]]:
        """Every function with what it keeps, and every version of it."""
        staged = {str(row["name"]): (_staged(row), _bytes(row["kept"])) for row in await self._read("functions")}
        versions: dict[str, dict[int, Version]] = {}
        for row in await self._read("versions"):
            versions.setdefault(str(row["name"]), {})[int(row["version"] or 0)] = _version(row)
        return staged, versions

    async def code(self, version: Version) -> bytes:
        rows = await self._database.read("functions.code", sha256=version.manifest.sha256)
        return _bytes(rows[0]["code"])

    async def add(self, version: Version, code: bytes, staged: Staged, kept: bytes) -> None:
        """A release and what becomes of the function, all or nothing. Raises `Conflict` when it is there already."""
        manifest = version.manifest
        head: dict[str, Sql] = {
            "name": manifest.name,
            "version": manifest.version,
            "manifest": _text(version.document),
            "signature": _text(version.signature),
            "sha256": manifest.sha256,
            "added_ms": version.added_ms,
        }
        await self._database.write(
            Statement(query="functions.add_version", values=head, rows=1),
            Statement(query="functions.add_code", values={"sha256": manifest.sha256, "code": _text(code)}),
            self._put(staged, kept),
        )

    async def put(self, staged: Staged, kept: bytes) -> None:
        await self._database.write(self._put(staged, kept))

    async def forget_versions(self, name: str, before: int) -> None:
        values: dict[str, Sql] = {"name": name, "before": before}
        await self._database.write(
            Statement(query="functions.forget_versions", values=values), Statement(query="functions.forget_code")
        )

    async def remove(self, name: str) -> None:
        values: dict[str, Sql] = {"name": name}
        await self._database.write(
            Statement(query="functions.forget_function", values=values, rows=1),
            Statement(query="functions.forget_versions", values={**values, "before": 2**31}),
            Statement(query="functions.forget_failures", values=values),
            Statement(query="functions.forget_unheard", values=values),
            Statement(query="functions.forget_code"),
        )

    async def add_failure(self, name: str, failure: Failure) -> None:
        values: dict[str, Sql] = {
            "id": new_id(self._clock),
            "name": name,
            "version": failure.version,
            "thing": failure.thing,
            "at_ms": failure.at_ms,
            "problem": failure.problem,
            "sentence": failure.sentence,
        }
        trim: dict[str, Sql] = {"name": name, "kept": FAILURES_KEPT}
        await self._database.write(
            Statement(query="functions.add_failure", values=values),
            Statement(query="functions.trim_failures", values=trim),
        )

    async def failures(self, name: str, count: int = 20) -> list[Failure]:
        """The newest first."""
        return [
            Failure(
                version=int(row["version"] or 0), thing=str(row["thing"]), at_ms=int(row["at_ms"] or 0),
                problem=str(row["problem"]), sentence=str(row["sentence"]),
            )
            for row in await self._database.read("functions.failures", name=name, count=count)
        ]  # fmt: skip

    async def _read(self, query: str) -> list[Row]:
        return await self._database.read(f"functions.{query}")

    def _put(self, staged: Staged, kept: bytes) -> Statement:
        values: dict[str, Sql] = {
            "name": staged.name,
            "active": staged.active,
            "trial": staged.trial,
            "stage": staged.stage,
            "good": staged.good,
            "bad": staged.bad,
            "is_enabled": int(staged.is_enabled),
            "problem": staged.problem,
            "kept": _text(kept),
            "changed_ms": millis(self._clock.now()),
        }
        return Statement(query="functions.put_function", values=values)


def _staged(row: Row) -> Staged:
    active, trial = row["active"], row["trial"]
    return Staged(
        name=str(row["name"]),
        active=None if active is None else int(active),
        trial=None if trial is None else int(trial),
        stage=int(row["stage"] or 0),
        good=int(row["good"] or 0),
        bad=int(row["bad"] or 0),
        is_enabled=bool(row["is_enabled"]),
        problem=str(row["problem"]),
    )


def _version(row: Row) -> Version:
    document = _bytes(row["manifest"])
    return Version(
        manifest=read_manifest(document), document=document, signature=_bytes(row["signature"]),
        added_ms=int(row["added_ms"] or 0),
    )  # fmt: skip


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: Sql) -> bytes:
    return base64.b64decode(str(text))
