"""Does a command start a hub of its own when none runs, and leave nothing behind?"""

import json
import subprocess
from pathlib import Path

from hub_process import environment, jinn

WITHIN_S = 120


def call(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(jinn(*arguments), env=environment(), capture_output=True, timeout=WITHIN_S, check=False)


def test_a_sentence_is_said_to_a_hub_that_runs_for_the_call(tmp_path: Path) -> None:
    done = call("say", "打开厨房灯", "--lang", "zh", "--json", "--data", str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode().strip().split("\n")
    assert [json.loads(line)["said"] for line in lines] == ["厨房灯开了。"]
    assert not (tmp_path / "home" / "hub.json").exists()


def test_the_demo_shows_both_languages_and_ends(tmp_path: Path) -> None:
    done = call("demo", "--data", str(tmp_path / "home"))
    shown = done.stdout.decode()
    assert done.returncode == 0, shown + done.stderr.decode()
    assert "The living room light is on." in shown
    assert "厨房灯开了。" in shown
    assert shown.count("recognition") == 2
