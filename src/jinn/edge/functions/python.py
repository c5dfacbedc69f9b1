"""Functions in Python: each version in a process of its own that has given up network, files and rights."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import msgspec
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from jinn.edge.functions import python_guest
from jinn.edge.functions.guest import NOT_GRANTED, NOT_READABLE, OK, Requests
from jinn.edge.functions.model import Ended, HomeEvent, Manifest
from jinn.edge.functions.ports import Readings
from jinn.kernel import Invalid, Refused
from jinn.runtime import leashed

START_WITHIN_S = 5.0
ANSWER_BYTES_MAX = 65_536
WAIT_MORE_MS = 50
"""On top of a function's own time: the way there and back on a busy box."""

_log = logging.getLogger(__name__)
_REASONS = {NOT_GRANTED: "was not granted", NOT_READABLE: "cannot be read"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the process; which fields are there says what it is."""

    ready: bool = False
    broken: str = ""
    open: list[str] = []
    read: msgspec.Raw = msgspec.Raw()
    wishes: list[dict[str, msgspec.Raw]] = []
    failed: str = ""
    said: str = ""
    logs: list[str] = []


_decoder = msgspec.json.Decoder(_Answer)


class PythonWorkshop:
    """Starts a process for each version."""

    def __init__(self, readings: Readings, folder: Path, *, may_be_open: bool = False) -> None:
        """`folder`: an empty one, which is all that a function sees. `may_be_open`: also where it cannot be shut in."""
        self._readings = readings
        self._folder = folder
        self._may_be_open = may_be_open

    async def open(self, manifest: Manifest, code: bytes) -> "PythonSandbox":
        """Start it and let it read its code.

        Raises:
            Invalid: `function-code`: it is no Python, or has no `handle`.
            Refused: `not-isolated`: this box cannot shut it in, and the settings do not allow it to be open.
        """
        try:
            text = code.decode()
        except UnicodeDecodeError as wrong:
            raise Invalid("The code is not UTF-8.", code="function-code") from wrong
        sandbox = PythonSandbox(manifest, text, self._readings, self._folder, may_be_open=self._may_be_open)
        await sandbox.start()
        return sandbox


class PythonSandbox:
    """One version in its process; a process that failed to end in time is killed, and the next event gets a new one."""

    def __init__(self, manifest: Manifest, code: str, readings: Readings, folder: Path, *, may_be_open: bool) -> None:
        self.manifest = manifest
        self._code = code
        self._readings = readings
        self._folder = folder
        self._may_be_open = may_be_open
        self._process: Process | None = None
        self._lines: BufferedByteReceiveStream | None = None
        self._lock = anyio.Lock()

    async def start(self) -> None:
        """Raises as `PythonWorkshop.open` does."""
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        command = leashed([sys.executable, "-I", "-S", python_guest.__file__])
        self._process = await anyio.open_process(command, stderr=subprocess.DEVNULL, env={})
        assert self._process.stdout is not None
        self._lines = BufferedByteReceiveStream(self._process.stdout)
        settings = {"code": self._code, "memory_kib": self.manifest.memory_kib, "folder": str(self._folder)}
        try:
            with anyio.fail_after(START_WITHIN_S):
                await self._send(settings)
                first = await self._next()
        except (TimeoutError, anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError) as late:
            await self.close()
            raise Invalid("The function did not start.", code="function-code") from late
        if first.broken:
            await self.close()
            raise Invalid(f"The function cannot be read: {first.broken}", code="function-code")
        if first.open:
            parts = ", ".join(first.open)
            if not self._may_be_open:
                await self.close()
                raise Refused(f"This box cannot shut a Python function in ({parts} open).", code="not-isolated")
            _log.warning("function %s runs without isolation of its %s", self.manifest.name, parts)

    async def work(self, event: HomeEvent, kept: bytes) -> Ended:
        async with self._lock:
            began_s = time.perf_counter()
            requests = Requests(self.manifest, self._readings, kept)

            def since() -> float:
                return (time.perf_counter() - began_s) * 1000

            try:
                if self._process is None:
                    await self.start()
                    began_s = time.perf_counter()
                with anyio.fail_after((self.manifest.time_ms + WAIT_MORE_MS) / 1000):
                    answer = await self._ask(event, kept, requests)
            except TimeoutError:
                await self.close()
                return requests.failed("function-late", "It took too long.", ms=since())
            except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError, anyio.DelimiterNotFound):
                await self.close()
                return requests.failed("function-died", "Its process ended.", ms=since())
            except (msgspec.MsgspecError, Invalid, Refused) as wrong:
                await self.close()
                return requests.failed("function-failed", str(wrong), ms=since())
            return self._ended(answer, requests, since)

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with anyio.CancelScope(shield=True):
                if process.returncode is None:
                    process.kill()
                await process.aclose()

    async def _ask(self, event: HomeEvent, kept: bytes, requests: Requests) -> _Answer:
        await self._send({"event": msgspec.json.decode(event.encoded()), "kept": msgspec.json.decode(kept or b"null")})
        while True:
            answer = await self._next()
            if not bytes(answer.read):
                return answer
            found = requests.read(bytes(answer.read))
            if isinstance(found, int):
                await self._send({"no": f"this reading {_REASONS.get(found, 'was refused')}"})
            else:
                await self._send({"value": msgspec.Raw(found)})

    def _ended(self, answer: _Answer, requests: Requests, since: Callable[[], float]) -> Ended:
        for text in answer.logs:
            requests.log(text.encode())
        if answer.failed:
            return requests.failed(answer.failed, answer.said, ms=since())
        for wish in answer.wishes:
            for act, document in wish.items():
                code = _act(requests, act, bytes(document))
                if code != OK:
                    reason = _REASONS.get(code, "is one too many")
                    return requests.failed("function-refused", f"{act} {bytes(document)[:200]!r} {reason}.", ms=since())
        return requests.ended(ms=since())

    async def _send(self, message: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        await self._process.stdin.send(msgspec.json.encode(message) + b"\n")

    async def _next(self) -> _Answer:
        assert self._lines is not None
        return _decoder.decode(await self._lines.receive_until(b"\n", ANSWER_BYTES_MAX))


def _act(requests: Requests, act: str, document: bytes) -> int:
    acts: dict[str, Callable[[bytes], int]] = {
        "set": requests.set,
        "call": requests.call,
        "say": requests.say,
        "keep": requests.keep,
    }
    return acts[act](document) if act in acts else NOT_READABLE
