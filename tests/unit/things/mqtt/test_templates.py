"""A template says what its device means, or is refused by name; it never does anything else."""

import pytest

from jinn.kernel import Invalid
from jinn.things.mqtt.templates import UNDEFINED, TemplateFailed, read_template

SAID = {
    "state": "ON", "contact": False, "temperature": 21.46, "position": 0, "nothing": None, "battery": "87",
    "color": {"x": 0.31, "y": 0.32}, "ENERGY": {"Power": [12, 3.5]}, "Color": "255,128,0,0", "last_seen": 1700000000,
    "mode": "HEAT", "hex": "#ff8000", "update": {"state": "idle"}, "list": [3, 1, 2],
}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ value_json.state }}", "ON"),
        ("{{value_json['update']['state']}}", "idle"),
        ("{{ value }}", "raw"),
        ("constant", "constant"),
        ("{{ value_json.temperature | round(1) }}", 21.5),
        ("{{ value_json.temperature | round }}", 21),
        ("{{ value_json.temperature | round(1, 'floor') }}", 21.4),
        ("{{ value_json.temperature | float * 10 | int }}", 214.60000000000002),
        ("{{ (value_json.battery | int) / 2 }}", 43.5),
        ("{{ value_json.missing | default(7) }}", 7),
        ("{{ value_json.missing is defined }}", False),
        ("{{ value_json.contact is not none and not value_json.contact }}", True),
        ("{{ 'open' if value_json.contact == false else 'closed' }}", "open"),
        ("{{ iif(value_json.contact, 'a', 'b') }}", "b"),
        ("{{ value_json.ENERGY.Power[1] }}", 3.5),
        ("{{ value_json.ENERGY['Power'].0 }}", 12),
        ("{{ value_json.Color.split(',')[0:3] | join(',') }}", "255,128,0"),
        ("{{ value_json.Color.split(',')[1] | int // 2 }}", 64),
        ("{{ value_json.hex[1:3] | int(base=16) }}", 255),
        ("{{ 'x' ~ value_json.position ~ '%' }}", "x0%"),
        ("{% if value_json.mode == 'HEAT' %}heat{% elif true %}auto{% else %}off{% endif %}", "heat"),
        ("{% set m = {'HEAT': 'heat'} %}{{ m[value_json.mode] if value_json.mode in m else 'off' }}", "heat"),
        ("{{ value_json.get('absent', 3) + 1 }}", 4),
        ("{{ value_json.list | max }}{{ [1, 2] | min }}", "31"),
        ("{{ value_json.mode | lower | replace('h', 'H') }}", "Heat"),
        ("{{ '%.2f' | format(value_json.temperature) }}", "21.46"),
        ("{{ {'event_type': value_json.mode} | tojson }}", '{"event_type": "HEAT"}'),
        ("{{ value_json.last_seen | as_datetime }}", "2023-11-14T22:13:20+00:00"),
        ("{{ -value_json.position + 5 % 3 }}", 2),
        ("{{ value_json.position in [0, 1] and 'x' not in value_json }}", True),
        ("{{ 1 if value_json.nothing is none else 0 }}", 1),
        ("a {# not said #}b{{- ' c' -}} d", "a b cd"),
        ("{{ '}}' }}", "}}"),
        ("{{ value_json.missing }}", UNDEFINED),
    ],
)
def test_what_devices_write_is_understood(template: str, value: object) -> None:
    assert read_template(template).value({"value": "raw", "value_json": SAID}) == value


@pytest.mark.parametrize(
    "template",
    [
        "{{ states('light.kitchen') }}",
        "{% for i in range(10) %}{{ i }}{% endfor %}",
        "{{ now() }}",
        "{{ value_json | map(attribute='x') | list }}",
        "{{ value | regex_replace('(a+)+$', '') }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ value.__class__() }}",
        "{{ value.format(1) }}",
        "{% macro x() %}{% endmacro %}",
        "{% include 'x' %}",
        "{{ lipsum.__globals__.os.popen('id') }}",
        "{{ cycler.__init__() }}",
        "{{ value | attr('x') }}",
        "{{",
        "{% if x %}",
        "{{ 1 if }}",
        "{{ 'open }}",
        "{{ a b }}",
        "{% endif %}",
        "{{ x is wonderful }}",
        "{{ " + "(" * 99 + "1" + ")" * 99,
        "{{ " + "-" * 999 + "1 }}",
        "{{ 1" + " + 1" * 2_000 + " }}",
        "x" * 9_000,
        "{% if 1 %}" * 500,
        "{{ }}",
        "{% set %}",
        "{{ {1: } }}",
        "{{ [1 2] }}",
        "{{ int(1 2) }}",
        "{{ value.1x }}",
        "{{ ' \\x' }}",
    ],
)
def test_what_is_not_used_here_is_refused_before_it_is_ever_used(template: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_template(template)
    assert refused.value.stable_code() == "bad-template"


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 100000000 }}",
        "{{ 'a' * 999 * 999 * 999 }}",
        "{{ '%99999999d' | format(1) }}",
        "{{ 'x' | int }}",
        "{{ value_json.missing.deeper }}",
        "{{ value_json.missing | is_defined }}",
        "{{ 1 / 0 }}",
        "{{ [1][value] }}{{ 1 + 'a' }}",
        "{{ value_json.mode + 1 }}",
        "{{ 'inf' | float }}",
        "{{ 'nan' | float }}",
        "{{ 1e300 * 1e300 }}",
        "{{ {[1]: 2} }}",
        "{{ 'a' < 1 }}",
        "{{ '%s' | format }}",
        "{{ value | from_json }}",
        "{{ value_json.state.get('x') }}",
    ],
)
def test_what_cannot_be_said_fails_and_costs_nothing(template: str) -> None:
    with pytest.raises(TemplateFailed):
        read_template(template).value({"value": "raw", "value_json": SAID})


def test_no_attribute_of_a_python_object_can_be_reached() -> None:
    for word in ("__class__", "__len__", "keys", "real", "join"):
        template = read_template("{{ value_json.x." + word + " }}")
        for inner in ("text", 1, 1.5, [1], {"a": 1}, True):
            assert template.value({"value_json": {"x": inner}}) is UNDEFINED


def test_one_template_for_many_entities_is_read_once() -> None:
    assert read_template("{{ value_json.a }}") is read_template("{{ value_json.a }}")
