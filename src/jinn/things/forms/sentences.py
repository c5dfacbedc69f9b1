"""What can be said to a thing? Sentences for every property and service; which of them are understood is tried."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from jinn.kernel import Lang, Names, mid_sentence
from jinn.language import HomeWords, Understander, Understood
from jinn.things.forms.sheet import samples
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, EnumType, NumberType, Property, Service
from jinn.things.wire import value_names

_Said = tuple[str, str]


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be said; `about` is `properties.<id>` or `services.<id>`.

    `is_understood` says whether this hub understands it now: what is false may be shown, but never be promised.
    """

    about: str
    lang: Lang
    text: str
    is_understood: bool = False


_ASKED: Mapping[str, Callable[[Names, str], tuple[_Said, ...]]] = {
    "power": lambda name, _: (
        (f"turn on the {_en(name)}", f"打开{name.zh}"),
        (f"turn off the {_en(name)}", f"关闭{name.zh}"),
    ),
    "brightness": lambda name, value: (
        (f"set the {_en(name)} to {value} percent", f"把{name.zh}调到百分之{_hanzi(value)}"),
        (f"make the {_en(name)} brighter", f"把{name.zh}调亮一点"),
    ),
    "color": lambda name, _: ((f"set the {_en(name)} to red", f"把{name.zh}调成红色"),),
    "position": lambda name, value: (
        (f"open the {_en(name)}", f"打开{name.zh}"),
        (f"set the {_en(name)} to {value} percent", f"把{name.zh}开到百分之{_hanzi(value)}"),
    ),
    "target_temperature": lambda name, value: (
        (f"set the {_en(name)} to {value} degrees", f"把{name.zh}调到{_hanzi(value)}度"),
    ),
    "cold_target": lambda name, value: (
        (f"set the {_en(name)} to {value} degrees", f"把{name.zh}温度调到{_hanzi(value)}度"),
        (f"set the target temperature of the {_en(name)} to {value}", f"把{name.zh}的冷藏温度调到{_hanzi(value)}度"),
    ),
    "freezer_target": lambda name, value: (
        (f"set the freezer temperature of the {_en(name)} to {value}", f"把{name.zh}的冷冻温度调到{_hanzi(value)}度"),
    ),
    "volume": lambda name, value: (
        (f"set the volume of the {_en(name)} to {value}", f"把{name.zh}的音量调到{_hanzi(value)}"),
    ),
    "mute": lambda name, _: ((f"mute the {_en(name)}", f"把{name.zh}静音"),),
}
"""Ability → how one asks for it, in both languages."""

_TOLD: Mapping[str, Callable[[Names], _Said]] = {
    "start": lambda name: (f"start the {_en(name)}", f"让{name.zh}开始打扫"),
    "pause": lambda name: (f"pause the {_en(name)}", f"暂停{name.zh}"),
    "stop": lambda name: (f"stop the {_en(name)}", f"停止{name.zh}"),
    "dock": lambda name: (f"send the {_en(name)} home", f"让{name.zh}回去充电"),
    "open": lambda name: (f"open the {_en(name)}", f"打开{name.zh}"),
    "close": lambda name: (f"close the {_en(name)}", f"关上{name.zh}"),
    "locate": lambda name: (f"find the {_en(name)}", f"找一下{name.zh}"),
}
"""Action → how one has it done."""


def sentences_of(product: Product, names: Names) -> tuple[Sentence, ...]:
    """At least one for every property and service of a thing called so, in each language."""
    found: list[Sentence] = []
    for member in product.model.properties.values():
        about = f"properties.{member.identifier}"
        found += _both(about, [*_setting(product, member, names), *_reading(product, member, names)])
    for service in product.model.services.values():
        found += _both(f"services.{service.identifier}", [_telling(product, service, names)])
    return tuple(found)


def marked(sentences: Sequence[Sentence], understander: Understander, words: HomeWords) -> list[Sentence]:
    """The same with the truth about each: whether it is understood in this home."""
    return [
        msgspec.structs.replace(
            one, is_understood=isinstance(understander.understand(one.text, one.lang, words), Understood)
        )
        for one in sentences
    ]


def _both(about: str, said: Sequence[_Said]) -> Iterator[Sentence]:
    for english, mandarin in said:
        yield Sentence(about=about, lang=Lang.EN, text=english)
        yield Sentence(about=about, lang=Lang.ZH, text=mandarin)


def _setting(product: Product, member: Property, name: Names) -> Iterator[_Said]:
    """How one asks for another value; nothing for what can be read only."""
    if not member.is_writable:
        return
    tried = samples(member)
    value = tried[len(tried) // 2] if tried else None
    ability = product.meaning.abilities.get(member.identifier, "")
    if ability in _ASKED and (value is not None or ability == "color"):
        yield from _ASKED[ability](name, _plain(value))
        return
    part = _part(product, member)
    if isinstance(member.type, BoolType):
        yield f"turn on the {_en(part)} of the {_en(name)}", f"打开{name.zh}的{part.zh}"
    elif isinstance(member.type, EnumType) and isinstance(value, int):
        option = value_names(product, member.identifier, value) or Names(en=str(value), zh=str(value))
        yield f"set the {_en(part)} of the {_en(name)} to {option.en}", f"把{name.zh}的{part.zh}设为{option.zh}"
    elif isinstance(member.type, NumberType):
        shown = _plain(value) if value is not None else "1"
        yield f"set the {_en(part)} of the {_en(name)} to {shown}", f"把{name.zh}的{part.zh}调到{_hanzi(shown)}"
    else:
        yield f"change the {_en(part)} of the {_en(name)}", f"修改{name.zh}的{part.zh}"


def _reading(product: Product, member: Property, name: Names) -> Iterator[_Said]:
    part = _part(product, member)
    ability = product.meaning.abilities.get(member.identifier, "")
    if ability == "power":
        yield f"is the {_en(name)} on", f"{name.zh}开着吗"
    elif ability == "contact" and product.kind == "door_sensor":
        yield f"is the {_en(name)} open", f"{name.zh}开着吗"
    elif ability == "contact":
        yield f"is the {_en(name)} {_en(part)} open", f"{name.zh}{part.zh}开着吗"
    elif ability == "cold_temperature":
        yield f"what is the temperature of the {_en(name)}", f"{name.zh}的温度是多少"
    elif isinstance(member.type, NumberType):
        yield f"what is the {_en(part)} of the {_en(name)}", f"{name.zh}的{part.zh}是多少"
    else:
        yield f"what is the {_en(part)} of the {_en(name)}", f"{name.zh}的{part.zh}是什么"


def _telling(product: Product, service: Service, name: Names) -> _Said:
    action = product.meaning.actions.get(service.identifier, "")
    if action in _TOLD:
        return _TOLD[action](name)
    label = service.name or service.identifier.replace("_", " ")
    part = product.service_names.get(service.identifier) or Names(en=label, zh=label)
    return f"tell the {_en(name)} to {_en(part)}", f"让{name.zh}{part.zh}"


def _part(product: Product, member: Property) -> Names:
    label = member.name or member.identifier.replace("_", " ")
    return product.property_names.get(member.identifier) or Names(en=label, zh=label)


def _en(names: Names) -> str:
    return mid_sentence(names.en)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _hanzi(number: str) -> str:
    """A whole number below a hundred as it is said; others stay digits."""
    digits = "零一二三四五六七八九"
    sign = "零下" if number.startswith("-") else ""
    plain = number.removeprefix("-")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 2):
        return "一百" if number == "100" else number
    tens, ones = divmod(int(plain), 10)
    if not tens:
        return sign + digits[ones]
    return f"{sign}{'' if tens == 1 else digits[tens]}十{digits[ones] if ones else ''}"
