"""Is every setting documented, safe and checked?"""

import re
from pathlib import Path

import msgspec
import pytest

from jinn.hub.settings import Settings, read_settings
from jinn.kernel import Invalid

PAGE = Path(__file__).parents[3] / "docs/reference/settings.md"


def test_every_setting_has_its_line_with_its_default() -> None:
    documented = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.M))
    known = {}
    for section, values in msgspec.to_builtins(Settings()).items():
        for key, value in values.items():
            shown = (
                {None: "none", True: "`true`", False: "`false`"}.get(value) if isinstance(value, bool | None) else None
            )
            known[f"{section}.{key}"] = shown or f"`{value}`"
    assert documented == known


def test_a_misspelt_key_stops_the_start_and_names_itself(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[http]\nprot = 80\n")
    with pytest.raises(Invalid, match="prot") as wrong:
        read_settings(tmp_path)
    assert wrong.value.stable_code() == "settings"


def test_defaults_are_loopback_and_offline() -> None:
    settings = Settings()
    assert settings.http.host == settings.door.host == "127.0.0.1"
    assert not settings.voice.may_download
