"""What a person who says "discover devices" is told. Pure."""

from collections.abc import Sequence

from jinn.kernel import JinnError, Names, Unavailable
from jinn.things.genie.discovering import Discovered


def said_of_discovery(found: Sequence[Discovered], failed: Sequence[tuple[Names, JinnError]]) -> Names:
    """How many devices the accounts bring now, what is new, and which did not answer."""
    if not found and not failed:
        return Names(en="No account of another maker is linked yet.", zh="还没有绑定其他品牌的账号。")
    english: list[str] = []
    chinese: list[str] = []
    if found:
        added, removed = sum(one.added for one in found), sum(one.removed for one in found)
        things = sum(one.things for one in found)
        english.append(f"{_devices(added, 'new device')} found, {things} in all." if added else _nothing_new(things))
        chinese.append(f"找到{added}个新设备，一共{things}个。" if added else f"没有新设备，一共{things}个。")
        if removed:
            english.append(f"{_devices(removed, 'device')} gone.")
            chinese.append(f"有{removed}个设备已经移除。")
    for names, error in failed:
        if isinstance(error, Unavailable):
            english.append(f"{names.en} did not answer.")
            chinese.append(f"{names.zh}没有回答。")
        else:
            english.append(f"{names.en} has to be linked anew.")
            chinese.append(f"{names.zh}需要重新绑定。")
    return Names(en=" ".join(english), zh="".join(chinese))


def _nothing_new(things: int) -> str:
    return f"Nothing new; {_devices(things, 'device')} in all."


def _devices(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
