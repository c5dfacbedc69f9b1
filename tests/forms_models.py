"""Products as anybody could make them: every data type, in every place where TSL allows it."""

from hypothesis import strategies as st

from jinn.kernel import Names
from jinn.things.forms.drafting import Draft
from jinn.things.model import Product
from jinn.things.thing_model import (
    ArrayType,
    BoolType,
    DataType,
    DateType,
    EnumType,
    Event,
    EventKind,
    Field,
    NumberType,
    Property,
    Service,
    StructType,
    TextType,
)

known = st.sampled_from(
    ["on", "brightness", "color", "color_temperature", "position", "target_temperature", "mode", "fan", "volume",
     "mute", "temperature", "humidity", "open", "battery", "state", "cold_target", "LightSwitch", "PowerSwitch_1",
     "light:on", "night:mode", "x-1", "A", "a"]
)  # fmt: skip
identifiers = st.one_of(
    known,
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True).filter(
        lambda word: word not in {"set", "get", "post", "time", "value"}
    ),
)
plain_identifiers = identifiers.map(lambda word: word.rpartition(":")[2])
labels = st.sampled_from(["", "off", "on", "Auto", "低", "a b"])
words = st.sampled_from(["lamp", "Big Lamp", "灯", "x y", "1"])
names = st.builds(Names, en=words, zh=words)


@st.composite
def numbers(draw: st.DrawFn) -> NumberType:
    kind = draw(st.sampled_from(["int", "float", "double"]))
    low, high = sorted(draw(st.lists(st.integers(-3000, 70000), min_size=2, max_size=2)))
    scale = 1 if kind == "int" else draw(st.sampled_from([1, 10, 100]))
    return NumberType(
        kind=kind,
        min=draw(st.sampled_from([None, low / scale])),
        max=draw(st.sampled_from([None, high / scale])),
        step=draw(st.sampled_from([None, 1.0, 5.0] if kind == "int" else [None, 0.1, 0.5, 1.0])),
        unit=draw(st.sampled_from(["", "%", "°C", "K", "lx", "s", "furlong"])),
        unit_name=draw(st.sampled_from(["", "percent", "degree Celsius"])),
    )


switches = st.builds(BoolType, labels=st.dictionaries(st.sampled_from([0, 1]), labels))
choices = st.builds(EnumType, labels=st.dictionaries(st.integers(-5, 300), labels, min_size=1, max_size=4))
texts = st.builds(TextType, length=st.sampled_from([1, 7, 64, 10_240]))
scalars = st.one_of(numbers(), switches, choices, texts, st.just(DateType()))


def _fields(types: st.SearchStrategy[DataType], least: int = 0) -> st.SearchStrategy[dict[str, Field]]:
    members = st.dictionaries(plain_identifiers, st.tuples(labels, types), min_size=least, max_size=3)
    return members.map(
        lambda found: {key: Field(identifier=key, name=name, type=kind) for key, (name, kind) in found.items()}
    )


arrays = st.builds(ArrayType, size=st.sampled_from([1, 8, 512]), item=st.one_of(numbers(), texts))
structs = st.builds(StructType, fields=_fields(st.one_of(scalars, arrays), least=1))
rows = st.builds(ArrayType, size=st.just(4), item=st.builds(StructType, fields=_fields(scalars, least=1)))
data_types = st.one_of(scalars, scalars, scalars, arrays, structs, rows)
fields = _fields(data_types)


@st.composite
def products(draw: st.DrawFn) -> Product:
    """At least one property, and whatever else there can be."""
    draft = Draft(
        product_key=draw(st.sampled_from(["", "maker-1", "Xy_9"])),
        kind=draw(st.sampled_from(["", "light", "kettle"])),
        names=draw(st.one_of(st.none(), names)),
    )
    for key, kind in draw(st.dictionaries(identifiers, data_types, min_size=1, max_size=5)).items():
        draft.add(
            Property(
                identifier=key,
                name=draw(labels),
                type=kind,
                is_writable=draw(st.booleans()),
                is_required=draw(st.booleans()),
            )
        )
        if draw(st.booleans()):
            draft.property_names[key] = draw(names)
        if isinstance(kind, BoolType | EnumType) and draw(st.booleans()):
            values = (0, 1) if isinstance(kind, BoolType) else tuple(kind.labels)
            draft.option_names[key] = {value: draw(names) for value in values}
    for key in draw(st.lists(identifiers, unique=True, max_size=2)):
        draft.events[key] = Event(
            identifier=key, name=draw(labels), kind=draw(st.sampled_from(EventKind)), outputs=draw(fields)
        )
        if draw(st.booleans()):
            draft.event_names[key] = draw(names)
    for key in draw(st.lists(identifiers, unique=True, max_size=3)):
        draft.services[key] = Service(
            identifier=key, name=draw(labels), is_sync=draw(st.booleans()), inputs=draw(fields), outputs=draw(fields)
        )
        if draw(st.booleans()):
            draft.service_names[key] = draw(names)
    return draft.finished()
