"""What happens to a Matter node that is no value: a press, a hand on the lock?"""

from collections.abc import Mapping

from jinn.kernel import Names
from jinn.things.forms.matter_model import Attributes, Happens, bits
from jinn.things.thing_model import DataType, EnumType, EventKind, Field, NumberType

SWITCH, DOOR_LOCK = 0x003B, 0x0101

_LATCHING, _MOMENTARY, _RELEASE, _LONG, _MULTI = 1, 2, 4, 8, 16
_COUNT = NumberType(kind="int", min=0, max=255, step=1)
_USER = NumberType(kind="int", min=0, max=65_535, step=1)
_OPERATIONS = EnumType(labels={0: "lock", 1: "unlock", 2: "other", 3: "forced", 4: "unlatch"})
_SOURCES = EnumType(
    labels={
        0: "unknown", 1: "hand", 2: "maker", 3: "keypad", 4: "itself", 5: "button", 6: "schedule", 7: "remote",
        8: "card", 9: "finger", 10: "phone",
    }
)  # fmt: skip
_ERRORS = EnumType(labels={0: "unknown", 1: "wrong code", 2: "disabled user", 3: "restricted", 4: "low battery"})
_ALARMS = EnumType(
    labels={
        0: "jammed", 1: "reset", 3: "changed", 4: "too many wrong codes", 5: "front removed", 6: "door forced",
        7: "door ajar", 8: "duress",
    }
)  # fmt: skip


def _happens(
    identifier: str, names: Names, where: tuple[int, int], can: int = 0, kind: EventKind = EventKind.INFO,
    **outputs: tuple[str, DataType],
) -> Happens:  # fmt: skip
    """`where`: cluster and event; `can`: the bit of the feature map that a node has that does this; 0: each."""

    def is_there(attributes: Attributes) -> bool:
        return not can or bool(bits(attributes) & can)

    fields = {name: Field(identifier=name, name=name, type=type_) for name, (_, type_) in outputs.items()}
    words: Mapping[str, str] = {name: theirs for name, (theirs, _) in outputs.items()}
    return Happens(
        identifier=identifier, names=names, cluster=where[0], event=where[1], kind=kind, is_there=is_there,
        outputs=fields, words=words,
    )  # fmt: skip


HAPPENINGS: tuple[Happens, ...] = (
    _happens("turned", Names(en="turned", zh="拨动"), (SWITCH, 0), _LATCHING, position=("newPosition", _COUNT)),
    _happens("pressed", Names(en="pressed", zh="按下"), (SWITCH, 1), _MOMENTARY, position=("newPosition", _COUNT)),
    _happens("long_pressed", Names(en="pressed long", zh="长按"), (SWITCH, 2), _LONG, position=("newPosition", _COUNT)),
    _happens("released", Names(en="released", zh="松开"), (SWITCH, 3), _RELEASE,
             position=("previousPosition", _COUNT)),
    _happens("long_released", Names(en="released after long", zh="长按后松开"), (SWITCH, 4), _LONG,
             position=("previousPosition", _COUNT)),
    _happens("multi_pressed", Names(en="pressed several times", zh="连按"), (SWITCH, 6), _MULTI,
             position=("previousPosition", _COUNT), count=("totalNumberOfPressesCounted", _COUNT)),
    _happens("lock_alarm", Names(en="lock alarm", zh="门锁报警"), (DOOR_LOCK, 0), kind=EventKind.ALERT,
             alarm=("alarmCode", _ALARMS)),
    _happens("lock_operated", Names(en="locked or unlocked", zh="开关锁"), (DOOR_LOCK, 2),
             operation=("lockOperationType", _OPERATIONS), source=("operationSource", _SOURCES),
             user=("userIndex", _USER)),
    _happens("lock_failed", Names(en="failed to lock or unlock", zh="开关锁失败"), (DOOR_LOCK, 3),
             kind=EventKind.ALERT, operation=("lockOperationType", _OPERATIONS), source=("operationSource", _SOURCES),
             error=("operationError", _ERRORS), user=("userIndex", _USER)),
)  # fmt: skip
