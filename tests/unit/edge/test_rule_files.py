"""Are rules in files read as people write them, and is every mistake told with its line?"""

import pytest
from unit.edge.rule_parts import DOOR, HALL, draft, put, when

from jinn.edge.yaml_rules import read_rules, write_rules
from jinn.kernel import Invalid

FILE = """
rules:
- name: Late light
  triggers:
  - {type: property, thing: door, property: open, is: is, value: 1}
  - type: time
    at: 07:30
    days: [mon, workday]
  conditions:
  - type: time
    after: "22:00"
    before: "06:00"
  - type: not
    of: {type: people, who: anyone, at_home: true}
  actions:
  - type: set
    thing: hall
    properties: {on: 1, brightness: 20}
  - {type: wait, for_s: 60}
  - {type: say, text: {en: It is late., zh: 很晚了。}}
  cooldown_s: 5
"""


def test_a_file_is_read_as_it_is_meant() -> None:
    (rule,) = read_rules(FILE)
    assert rule.names.en == rule.names.zh == "Late light"
    assert rule == draft(
        names={"en": "Late light", "zh": "Late light"},
        triggers=[when(DOOR, "open", 1), {"type": "time", "at": "07:30", "days": ["mon", "workday"]}],
        conditions=[
            {"type": "time", "after": "22:00", "before": "06:00"},
            {"type": "not", "of": {"type": "people", "who": "anyone", "at_home": True}},
        ],
        actions=[
            put(HALL, on=1, brightness=20),
            {"type": "wait", "for_s": 60},
            {"type": "say", "text": {"en": "It is late.", "zh": "很晚了。"}},
        ],
        cooldown_s=5,
    )


def test_what_is_written_is_read_again() -> None:
    rules = [
        draft(),
        draft(
            triggers=[
                {"type": "sun", "event": "sunset", "offset_min": -30},
                {"type": "event", "thing": DOOR, "event": "rang", "outputs": {"times": 2}},
                {"type": "presence", "thing": DOOR, "online": False, "for_s": 60},
            ],
            conditions=[{"type": "any", "of": [{"type": "sun", "is": "down"}, when(HALL, "on", 0, for_s=9.5)]}],
            actions=[{"type": "call", "thing": HALL, "service": "blink"}, {"type": "scene", "scene": "off"}],
            mode="restart",
            enabled=False,
        ),
    ]
    assert read_rules(write_rules(rules)) == rules


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no rules"),
        ("rules:\n- name: x\n  triggers: [\n", 4, ""),
        ("rules:\n- name: x\n  triggers:\n  - type: time\n    at: '25:00'\n  actions: []\n", 5, "regex"),
        ("rules:\n- name: x\n  triggers:\n  - type: tiem\n    at: '07:00'\n  actions: []\n", 4, "tiem"),
        ("rules:\n- name: x\n  trigers: []\n  actions: []\n", 2, "trigers"),
        ("rules:\n- name: x\n  triggers: []\n  actions: []\n", 2, "sets it off"),
        ("rules:\n- just words\n", 2, ""),
        ("rules: 7\n", 1, "list"),
        ("- name: x\n  triggers: [{type: time, at: '07:00'}]\n"
         "  actions: [{type: set, thing: t, properties: {}}]\n", 3, ""),
        ("a: &a [*a]\n", 1, ""),
        ("!!python/object:os.system {}\n", 1, ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(Invalid) as wrong:
        read_rules(text)
    assert wrong.value.sentence.startswith(f"Line {line}: ") or "no YAML" in wrong.value.sentence
    assert words in wrong.value.sentence
