"""Files that are whole or not there, however many make them and look at them at once."""

import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from hub_process import environment

from jinn.hub.settings import read_or_make_token
from jinn.runtime import keep_file, made_once

MAKERS = 16


def test_of_many_makers_one_is_the_first_and_all_get_what_it_made(tmp_path: Path) -> None:
    numbers, barrier = count(), threading.Barrier(MAKERS)

    def make() -> bytes:
        # Everybody found none, so everybody makes one.
        barrier.wait(30)
        return f"made by {next(numbers)}".encode()

    with ThreadPoolExecutor(MAKERS) as pool:
        made = list(pool.map(lambda _: made_once(tmp_path / "key", make), range(MAKERS)))
    assert set(made) == {(tmp_path / "key").read_bytes()}
    assert next(numbers) == MAKERS
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_two_programs_that_start_at_once_have_one_token(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from jinn.hub.settings import read_or_make_token; "
        "sys.stdin.read(); print(read_or_make_token(pathlib.Path(sys.argv[1])).reveal())"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    pipe = subprocess.PIPE
    with ExitStack() as running:
        both = [
            running.enter_context(subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment(), text=True))
            for _ in range(2)
        ]
        for one in both:
            # Both wait for this with everything loaded.
            assert one.stdin is not None
            one.stdin.close()
        told = {one.stdout.read().strip() for one in both if one.stdout is not None}
    assert told == {read_or_make_token(tmp_path).reveal()}
    assert len(told.pop()) == 48


def test_a_reader_sees_the_old_one_or_the_new_one_and_never_half(tmp_path: Path) -> None:
    path, is_over = tmp_path / "location", threading.Event()
    versions = [bytes([65 + number]) * 50_000 for number in range(2)]
    keep_file(path, versions[0])
    seen: list[bytes] = []

    def look() -> None:
        while not is_over.is_set():
            seen.append(path.read_bytes())

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        for number in range(100):
            keep_file(path, versions[number % 2])
        is_over.set()
        looking.result(30)
    assert seen
    assert set(seen) <= set(versions)


def test_what_a_power_cut_left_empty_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    assert made_once(tmp_path / "token", lambda: b"x") == b"x"
