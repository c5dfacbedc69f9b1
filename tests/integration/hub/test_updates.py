"""A whole hub brings a new program to a real fridge over the air, whatever is cut in between."""

import os
import signal
from pathlib import Path

import pytest
from over_the_air import FRIDGE, Home, a_home, program

from jinn.hub.demo_devices import cpython, interpreter
from jinn.hub.packaged import device_program

pytestmark = [
    pytest.mark.anyio,
    # The hub's own start is not what is looked at here.
    pytest.mark.filterwarnings("ignore::litestar.exceptions.base_exceptions.LitestarDeprecationWarning"),
    pytest.mark.skipif(interpreter() == cpython(), reason="there is no wheel of MicroPython for this machine"),
]


async def test_a_fridge_is_updated_though_its_power_is_cut_in_the_middle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    async with a_home(data) as home:
        assert device_program().name == "boot.py"
        await home.until_runs("1.0.0")
        # Large enough that there is a middle to be hit.
        package = program(tmp_path, data, "1.1.0", 2, sounds__bin=os.urandom(600_000))
        await home.roll_out(await home.add(package))
        await home.until_state("downloading")
        os.kill(home.pid(), signal.SIGKILL)
        partial = sum(path.stat().st_size for path in (data / f"devices/{FRIDGE}/flash/a").rglob("*") if path.is_file())
        assert 0 < partial < package.manifest.size
        await home.until_state("confirmed")
        assert await home.runs() == "1.1.0"
        rollout = (await home.http.get("/api/rollouts")).json()[0]
        await home.until(lambda: is_done(home), "the rollout is done")
        assert (rollout["counts"]["total"], rollout["counts"]["failed"]) == (1, 0)
    # A hub that is started again starts the new program, from its slot.
    async with a_home(data) as home:
        await home.until_runs("1.1.0")
        program(tmp_path, data, "1.2.0", 3, main__py=b'raise RuntimeError("a bad day")\n')
        package = tmp_path / "bad"
        await home.jinn(
            "sign", str(tmp_path / "jinnFridge01-1.2.0"), "--product", "jinnFridge01", "--version", "1.2.0",
            "--counter", "3", "-o", str(package),
        )  # fmt: skip
        await home.jinn("add", f"{package}.package")
        await home.jinn("rollout", "jinnFridge01@1.2.0", "--failure-limit", "0")
        await home.until_state("rolled_back")
        await home.until_runs("1.1.0")
        await home.until(lambda: is_stopped(home), "the rollout stops by itself")
        capsys.readouterr()
        await home.jinn("status", "last")
        shown = capsys.readouterr().out
        assert "stopped" in shown
        assert "Stopped: 1 of 1 updates failed" in shown
        assert "rolled-back" in shown


async def is_done(home: Home) -> bool:
    return bool((await home.http.get("/api/rollouts")).json()[0]["state"] == "done")


async def is_stopped(home: Home) -> bool:
    return bool((await home.http.get("/api/rollouts")).json()[0]["state"] == "stopped")
