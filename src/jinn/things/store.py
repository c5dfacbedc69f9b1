"""How products, things and twins are written down: rows to values and back."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec

from jinn.kernel import AreaId, Names, Secret, ThingId
from jinn.runtime import Row, Schema, Sql, Statement
from jinn.things.history.recording import remove_statements
from jinn.things.model import Product, Thing
from jinn.things.products import WireAliases, WireNames, WireProduct, assemble, names_of, stated, wire_aliases
from jinn.things.tsl import read_model
from jinn.things.twin import Reported, Shadow, Twin, Wish
from jinn.things.values import Json

HISTORY_SCHEMA = Schema(room="history", folder=Path(__file__).parent / "history" / "sql")
SCHEMA = Schema(room="things", folder=Path(__file__).parent / "sql", parts=(HISTORY_SCHEMA,))

EVENTS_KEPT = 100
"""Of each event of each thing: what a person looks back on; more belongs to a time-series store."""

COMMANDS_KEPT = 200

_json = msgspec.json.Encoder()
_facts_decoder = msgspec.json.Decoder(WireProduct)
_aliases_decoder = msgspec.json.Decoder(WireAliases)
_firmware_decoder = msgspec.json.Decoder(dict[str, str])


def encoded(value: object) -> str:
    return _json.encode(value).decode()


def product_of(row: Row) -> Product:
    model = read_model(_text(row, "document").encode())
    return assemble(_facts_decoder.decode(_text(row, "facts")), model, version=_whole(row, "version"))


def product_values(product: Product) -> dict[str, Sql]:
    return {"product_key": product.product_key, "facts": encoded(stated(product))}


def thing_of(row: Row) -> Thing:
    area, gateway = row["area"], row["gateway"]
    names = WireNames(en=_text(row, "name_en"), zh=_text(row, "name_zh"))
    return Thing(
        id=ThingId(_text(row, "id")),
        product_key=_text(row, "product_key"),
        device_name=_text(row, "device_name"),
        secret=Secret(_text(row, "device_secret")),
        names=names_of(names, _aliases_decoder.decode(_text(row, "aliases"))),
        area=AreaId(str(area)) if area is not None else None,
        gateway=ThingId(str(gateway)) if gateway is not None else None,
        is_enabled=bool(row["is_enabled"]),
        created_ms=_whole(row, "created_ms"),
    )


def add_thing(thing: Thing) -> tuple[Statement, Statement]:
    """The thing and its empty twin."""
    values: dict[str, Sql] = {
        **_changeable(thing),
        "product_key": thing.product_key,
        "device_name": thing.device_name,
        "device_secret": thing.secret.reveal(),
        "created_ms": thing.created_ms,
    }
    return Statement(query="things.add_thing", values=values), Statement(
        query="things.add_twin", values={"thing": thing.id}
    )


def change_thing(thing: Thing) -> Statement:
    return Statement(query="things.change_thing", values=_changeable(thing), rows=1)


def remove_thing(thing: ThingId) -> tuple[Statement, ...]:
    """The thing with all that it said and did."""
    others = (
        "twin", "events", "commands", "tags", "enrolment", "device_token", "config", "quiet", "logs", "permits",
    )  # fmt: skip
    return (
        Statement(query="things.remove_thing", values={"id": thing}, rows=1),
        *(Statement(query=f"things.remove_{what}", values={"id": thing}) for what in others),
        *remove_statements(thing),
    )


def twin_of(row: Row) -> Twin:
    reported = cast("dict[str, tuple[Json, int]]", msgspec.json.decode(_text(row, "reported")))
    desired = cast("dict[str, tuple[Json, int, int, int, str]]", msgspec.json.decode(_text(row, "desired")))
    door, session, seen_ms = row["door"], row["session"], row["seen_ms"]
    return Twin(
        thing=ThingId(_text(row, "thing")),
        version=_whole(row, "version"),
        reported={name: Reported(*said) for name, said in reported.items()},
        desired={name: Wish(*wish) for name, wish in desired.items()},
        recent=base64.b64decode(_text(row, "recent")),
        is_online=bool(row["is_online"]),
        seen_ms=int(seen_ms) if seen_ms is not None else None,
        door=str(door) if door is not None else None,
        session=str(session) if session is not None else None,
        firmware=_firmware_decoder.decode(_text(row, "firmware")),
        shadow=Shadow(_whole(row, "shadow_version"), _text(row, "shadow").encode()),
    )


def save_twin(twin: Twin, *, was: Twin) -> list[Statement]:
    """What makes the row of `was` into `twin`, or undoes the change it is part of when another hub was first."""
    values: Mapping[str, Sql] = {
        "thing": twin.thing,
        "was": was.version,
        "version": twin.version,
        "reported": encoded(twin.reported),
        "desired": encoded(twin.desired) if twin.desired else "{}",
        "recent": base64.b64encode(twin.recent).decode(),
        "is_online": int(twin.is_online),
        "seen_ms": twin.seen_ms,
        "door": twin.door,
        "session": twin.session,
    }
    statements = [Statement(query="things.save_twin", values=values, rows=1)]
    if twin.firmware is not was.firmware:
        firmware: dict[str, Sql] = {"thing": twin.thing, "firmware": encoded(twin.firmware)}
        statements.append(Statement(query="things.save_firmware", values=firmware))
    if twin.shadow is not was.shadow:
        version, state = twin.shadow
        shadow: dict[str, Sql] = {
            "thing": twin.thing,
            "shadow": state.decode(),
            "version": version,
            "was": was.shadow.version,
        }
        statements.append(Statement(query="things.save_shadow", values=shadow, rows=1))
    return statements


def _changeable(thing: Thing) -> dict[str, Sql]:
    names: Names = thing.names
    return {
        "id": thing.id,
        "name_en": names.en,
        "name_zh": names.zh,
        "aliases": encoded(wire_aliases(names)),
        "area": thing.area,
        "gateway": thing.gateway,
        "is_enabled": int(thing.is_enabled),
    }


def _text(row: Row, column: str) -> str:
    value = row[column]
    assert isinstance(value, str)
    return value


def _whole(row: Row, column: str) -> int:
    value = row[column]
    assert isinstance(value, int)
    return value
