"""A device project from a thing model: product, driver, settings, and tests that hold from the first minute."""

import json
import keyword
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from jinn.hub.packaged import ROOT
from jinn.kernel import Conflict, Invalid
from jinn.things import Product, product_from_model, read_product
from jinn.things.products import stated
from jinn.things.thing_model import (
    ArrayType,
    BoolType,
    DataType,
    DateType,
    EnumType,
    Field,
    NumberType,
    StructType,
    TextType,
)

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,47}")


def project_files(name: str, document: bytes) -> dict[str, str]:
    """Path → text of every file of a new project.

    Args:
        document: a TSL model, or a product file that holds one.

    Raises:
        Invalid: `bad-name`; or what is wrong with the model.
    """
    if not _NAME.fullmatch(name):
        raise Invalid("A project's name is a small letter, then small letters, digits, - and _.", code="bad-name")
    product, product_file = _product(document)
    return {
        "product.json": product_file,
        "driver.py": _driver(product),
        "settings.example.json": _settings(product, name),
        "tests/test_driver.py": _TESTS,
        "README.md": _README.format(name=name, english=_plain(product.names.en)),
        ".gitignore": "settings.json\nflash/\n__pycache__/\n",
    }


def write_project(folder: Path, files: Mapping[str, str]) -> None:
    """Write all of it into a folder that is new or empty. Raises `Conflict` with code `folder-not-empty`."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty.", code="folder-not-empty")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _product(document: bytes) -> tuple[Product, str]:
    """The product with the text of its file; a bare model becomes one."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError) as wrong:
        raise Invalid(f"This model is no JSON: {wrong}", code="model-unreadable") from wrong
    if isinstance(found, dict) and "model" in found:
        return read_product(document), json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    product = product_from_model(document)
    facts = {**msgspec.to_builtins(stated(product)), "model": found}
    return product, json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _driver(product: Product) -> str:
    model = product.model
    state = {identifier: _first_value(member.type) for identifier, member in model.properties.items()}
    set_, measured = [], []
    for identifier, member in model.properties.items():
        label = _told(product, identifier)
        if member.is_writable:
            set_.append(_SETTER.format(method=_method("set", identifier), key=_quoted(identifier), label=label))
        else:
            measured.append(_GETTER.format(method=_method("measure", identifier), key=_quoted(identifier), label=label))
    services = [
        _SERVICE.format(
            method=_method("do", identifier),
            label=_plain(service.name or identifier),
            inputs=_listed(service.inputs.values()) or "nothing",
            outputs=_quoted({name: _first_value(field.type) for name, field in service.outputs.items()}),
        )
        for identifier, service in model.services.items()
    ]
    events = "".join(
        f"    {identifier}: {_listed(event.outputs.values()) or 'nothing with it'}\n"
        for identifier, event in model.events.items()
    )
    return _DRIVER.format(
        english=_plain(product.names.en),
        events=f"\n\nEvents, told by `self.happened(identifier, outputs)`:\n{events.rstrip()}\n" if events else "\n",
        state=_literal(state),
        setters=_table((i, _method("set", i)) for i, member in model.properties.items() if member.is_writable),
        measures=_table((i, _method("measure", i)) for i, member in model.properties.items() if not member.is_writable),
        services=_table((identifier, _method("do", identifier)) for identifier in model.services),
        methods="".join([*set_, *measured, *services]),
    )


def _first_value(kind: DataType) -> object:
    """A value that fits: zero or what is nearest to it, the lowest of a choice, nothing of a text or a list."""
    if isinstance(kind, NumberType):
        value = max(0.0, kind.min if kind.min is not None else 0.0)
        value = min(value, kind.max) if kind.max is not None else value
        return int(value) if kind.kind == "int" else value
    if isinstance(kind, EnumType):
        return min(kind.labels)
    if isinstance(kind, StructType):
        return {name: _first_value(field.type) for name, field in kind.fields.items()}
    plain: dict[type[DataType], object] = {BoolType: 0, TextType: "", DateType: "0", ArrayType: []}
    return plain[type(kind)]


def _told(product: Product, identifier: str) -> str:
    """A property in one line: its name, and what its values are."""
    member = product.model.properties[identifier]
    name = _plain(member.name or identifier)
    match member.type:
        case NumberType(min=low, max=high, unit=unit):
            bounds = f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}"
            return f"{name}, {bounds} {_plain(unit)}".rstrip()
        case BoolType(labels=labels) | EnumType(labels=labels):
            return f"{name}: " + ", ".join(f"{value} {_plain(label)}".rstrip() for value, label in labels.items())
        case _:
            return name


def _listed(fields: Iterable[Field]) -> str:
    return ", ".join(field.identifier for field in fields)


def _method(verb: str, identifier: str) -> str:
    word = re.sub(r"\W", "_", identifier)
    return f"{verb}_{word}" if not keyword.iskeyword(word) else f"{verb}_{word}_"


def _plain(text: str) -> str:
    """For a docstring: nothing that could end it."""
    return re.sub(r"\s+", " ", text.replace("\\", "/").replace('"', "'")).strip()[:120]


def _quoted(value: object) -> str:
    """As Python and JSON both write it: nothing in a model is true, false or null."""
    return json.dumps(value, ensure_ascii=False)


def _table(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"            {_quoted(identifier)}: self.{method},\n" for identifier, method in pairs)


def _literal(state: Mapping[str, object]) -> str:
    return "".join(f"                {_quoted(identifier)}: {_quoted(value)},\n" for identifier, value in state.items())


def _settings(product: Product, name: str) -> str:
    settings = {
        "host": "127.0.0.1",
        "port": 1883,
        "product": "product.json",
        "driver": "driver.py",
        "flash": "flash",
        "product_key": product.product_key,
        "device_name": name,
        "device_secret": "what `jinn devices add` printed",
    }
    return json.dumps(settings, indent=2) + "\n"


def runtime_folder() -> Path:
    """Where jinn OS lies that a project runs on."""
    return ROOT / "device"


_DRIVER = '''"""What does the {english} do? Between its thing model and its hardware.{events}"""

from jinn_os.boards.driver import Driver, Refusal


class Board(Driver):
    """Keeps its values in memory until you give it hardware, method by method."""

    def __init__(self, initial):
        super().__init__(
            {{
{state}            }}
        )
        self.state.update(initial)
        self._setters = {{
{setters}        }}
        self._measures = {{
{measures}        }}
        self._services = {{
{services}        }}

    def apply(self, values):
        """Obey a set: the values fit the model. Whole or not at all: raise `Refusal` before anything has changed."""
        for identifier, value in values.items():
            self._setters[identifier](value)

    def call(self, service, arguments):
        """Do a service; the arguments fit the model, and so must what is returned."""
        if service not in self._services:
            raise Refusal(service + " is not built in")
        return self._services[service](arguments)

    def step(self, dt_s):
        """So many seconds have passed: measure. Never wait in here."""
        for identifier, measure in self._measures.items():
            self.state[identifier] = measure()

    def pace_s(self):
        """How soon the next `step` should come."""
        return 10.0

    def bands(self):
        """How far a measured number may move before it is said again, such as {{"temperature": 0.5}}."""
        return {{}}
{methods}'''

_SETTER = '''
    def {method}(self, value):
        """{label}."""
        self.state[{key}] = value
'''

_GETTER = '''
    def {method}(self):
        """{label}."""
        return self.state[{key}]
'''

_SERVICE = '''
    def {method}(self, arguments):
        """{label}. Given: {inputs}."""
        return {outputs}
'''

_TESTS = '''"""The driver keeps what its thing model promises.

Run: JINN_OS=…/device python3 -m unittest discover tests
"""

import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [HERE, os.environ.get("JINN_OS", os.path.join(HERE, "device"))]

from driver import Board  # noqa: E402
from jinn_os.tsl import Model  # noqa: E402

with open(os.path.join(HERE, "product.json"), encoding="utf-8") as file:
    DOCUMENT = json.load(file)["model"]


class DriverTest(unittest.TestCase):
    def setUp(self):
        self.board, self.model = Board({}), Model(DOCUMENT)

    def test_it_has_a_value_that_fits_for_every_property(self):
        values = self.board.read()
        self.assertEqual(set(values), set(self.model.properties))
        for identifier, value in values.items():
            self.model.fit_report(identifier, value)

    def test_its_values_still_fit_after_an_hour(self):
        for _ in range(360):
            self.board.step(10.0)
        for identifier, value in self.board.read().items():
            self.model.fit_report(identifier, value)

    def test_what_is_set_is_reported(self):
        for identifier, entry in self.model.properties.items():
            if entry["accessMode"] == "rw":
                value = self.board.read()[identifier]
                self.board.apply(self.model.fit_set({identifier: value}))
                self.assertEqual(self.board.read()[identifier], value)

    def test_every_service_is_built_in(self):
        for service in DOCUMENT.get("services", []):
            if service["identifier"] in ("set", "get"):
                continue
            given = {field["identifier"]: first(field["dataType"]) for field in service.get("inputData", [])}
            self.assertIsInstance(self.board.call(service["identifier"], given), dict)

    def test_time_can_pass(self):
        self.assertGreater(self.board.pace_s(), 0)


def first(kind):
    """The lowest value of a type."""
    specs = kind.get("specs", {})
    if kind["type"] in ("int", "float", "double"):
        return float(specs.get("min") or 0) if kind["type"] != "int" else int(float(specs.get("min") or 0))
    if kind["type"] == "enum":
        return min(int(value) for value in specs)
    if kind["type"] == "struct":
        return {field["identifier"]: first(field["dataType"]) for field in specs}
    return {"bool": 0, "array": []}.get(kind["type"], "")


if __name__ == "__main__":
    unittest.main()
'''

_README = """# {name}

The program of a {english}, on jinn OS.

| file | what it is |
|---|---|
| `product.json` | the thing model and what people call it |
| `driver.py` | what it does; give each method your hardware |
| `settings.example.json` | copy it to `settings.json`, readable for you only (`chmod 600`) |
| `tests/test_driver.py` | what the model promises, tested |

```sh
export JINN_OS=…/device                                       # the folder `device` of jinn
python3 -m unittest discover tests                            # the driver keeps its model
jinn devices add --model product.json --name "My {name}" --json   # gives the secret for settings.json
micropython $JINN_OS/main.py settings.json                    # or: python3 $JINN_OS/main.py settings.json
jinn thing check THING                                        # every check of the model, against the running thing
```
"""
