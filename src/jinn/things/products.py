"""Reading what a product is: its folder under `products/`, or a bare thing model that somebody brings."""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from jinn.kernel import Invalid, Lang, Names, Unavailable
from jinn.things.meaning import DOMAINS, kind_of, meaning_of
from jinn.things.model import Product, checked_name, is_safe_name
from jinn.things.thing_model import ThingModel
from jinn.things.tsl import read_model


class WireNames(msgspec.Struct, frozen=True):
    """A name in both languages."""

    en: str
    zh: str


class WireAliases(msgspec.Struct, frozen=True):
    """Further names, by language."""

    en: list[str] = []
    zh: list[str] = []


class WireProduct(msgspec.Struct, frozen=True, omit_defaults=True):
    """`product.json`; the model in it stays the text that it is."""

    product_key: str
    kind: str
    domain: str
    names: WireNames
    model: msgspec.Raw = msgspec.Raw(b"null")
    device_class: str | None = None
    aliases: WireAliases = WireAliases()
    property_names: dict[str, WireNames] = {}
    option_names: dict[str, dict[str, WireNames]] = {}
    service_names: dict[str, WireNames] = {}
    event_names: dict[str, WireNames] = {}
    update_key: str | None = None


_KEY = re.compile(r"[0-9a-f]{64}")
_decoder = msgspec.json.Decoder(WireProduct)


def read_product_folder(folder: Path) -> Product:
    """The product that `folder/product.json` states.

    Raises:
        Unavailable: code `product-unreadable`.
        Invalid: as `read_product`.
    """
    try:
        document = (folder / "product.json").read_bytes()
    except OSError as error:
        raise Unavailable(
            f"{folder}/product.json cannot be read: {error.strerror}.", code="product-unreadable"
        ) from error
    return read_product(document)


def read_product(document: bytes) -> Product:
    """The product that a `product.json` states.

    Raises:
        Invalid: `product-malformed`, `bad-name`, `product-key-differs`, `key-malformed`, or one of the thing
            model's codes.
    """
    try:
        wire = _decoder.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The product is malformed: {error}.", code="product-malformed") from error
    model = read_model(bytes(wire.model))
    if model.product_key and model.product_key != wire.product_key:
        raise Invalid(
            f"The product is called {wire.product_key!r} and its model {model.product_key!r}.",
            code="product-key-differs",
        )
    return assemble(wire, model)


def product_from_model(document: bytes, *, names: Names | None = None) -> Product:
    """The product of a bare thing model: its key is the profile's, or made from the document; its kind is inferred.

    Raises:
        Invalid: one of the thing model's codes.
    """
    model = read_model(document)
    key = model.product_key if is_safe_name(model.product_key) else derived_key(document)
    meaning = meaning_of(model)
    kind = kind_of(meaning, model.properties)
    domain, device_class = DOMAINS[kind]
    if kind == "generic" and "power" in meaning.words():
        domain = "switch"
    return Product(
        product_key=key,
        model=model,
        meaning=meaning,
        kind=kind,
        domain=domain,
        device_class=device_class,
        names=names or Names(en=kind.replace("_", " "), zh=KIND_ZH.get(kind, "设备")),
    )


def assemble(wire: WireProduct, model: ThingModel, *, version: int = 1) -> Product:
    """A product from its stated facts and its model."""
    option_names = {
        identifier: {int(value): names_of(names) for value, names in options.items() if value.lstrip("-").isdigit()}
        for identifier, options in wire.option_names.items()
    }
    return Product(
        product_key=checked_name(wire.product_key, "product key"),
        version=version,
        model=model,
        meaning=meaning_of(model),
        kind=wire.kind,
        domain=wire.domain,
        device_class=wire.device_class,
        names=names_of(wire.names, wire.aliases),
        property_names=_all_names(wire.property_names),
        option_names=option_names,
        service_names=_all_names(wire.service_names),
        event_names=_all_names(wire.event_names),
        update_key=checked_key(wire.update_key),
    )


def stated(product: Product) -> WireProduct:
    """The product's facts without its model, as they are kept."""
    return WireProduct(
        product_key=product.product_key,
        kind=product.kind,
        domain=product.domain,
        device_class=product.device_class,
        names=wire_names(product.names),
        aliases=wire_aliases(product.names),
        property_names={name: wire_names(names) for name, names in product.property_names.items()},
        option_names={
            name: {str(value): wire_names(names) for value, names in options.items()}
            for name, options in product.option_names.items()
        },
        service_names={name: wire_names(names) for name, names in product.service_names.items()},
        event_names={name: wire_names(names) for name, names in product.event_names.items()},
        update_key=product.update_key,
    )


def checked_key(key: str | None) -> str | None:
    """A maker's public key as it is kept. Raises `Invalid` with code `key-malformed`."""
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid("An update key is 64 lower-case hexadecimal digits.", code="key-malformed")
    return key


def names_of(wire: WireNames, aliases: WireAliases | None = None) -> Names:
    found = {lang: tuple(words) for lang, words in ((Lang.EN, aliases.en), (Lang.ZH, aliases.zh))} if aliases else {}
    return Names(en=wire.en, zh=wire.zh, aliases={lang: words for lang, words in found.items() if words})


def wire_names(names: Names) -> WireNames:
    return WireNames(en=names.en, zh=names.zh)


def wire_aliases(names: Names) -> WireAliases:
    return WireAliases(en=list(names.aliases.get(Lang.EN, ())), zh=list(names.aliases.get(Lang.ZH, ())))


def _all_names(wire: Mapping[str, WireNames]) -> dict[str, Names]:
    return {identifier: names_of(names) for identifier, names in wire.items()}


def derived_key(document: bytes) -> str:
    digest = hashlib.sha256(document).digest()
    return "p" + base64.b32encode(digest[:10]).decode().lower()


KIND_ZH: Mapping[str, str] = {
    "light": "灯",
    "curtain": "窗帘",
    "air_conditioner": "空调",
    "fridge": "冰箱",
    "vacuum": "扫地机器人",
    "door_sensor": "门磁",
    "motion_sensor": "人体传感器",
    "speaker": "音箱",
    "television": "电视",
    "shirt": "智能运动衣",
    "fan": "风扇",
    "switch": "开关",
    "sensor": "传感器",
}
