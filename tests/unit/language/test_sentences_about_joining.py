"""Wishes for new things, as people say them, and the codes among the words."""

import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st
from unit.language.demo_home import HOME

from jinn.kernel import Lang
from jinn.language import NotUnderstood, Understander, Understood
from jinn.language.codes import CODE_SIGN, code_in

CODE = "34970112332"

DISCOVER = (
    (Lang.EN, "discover devices"), (Lang.EN, "Find new devices, please"), (Lang.EN, "search for new devices"),
    (Lang.EN, "are there any new devices?"), (Lang.EN, "look for a new device"),
    (Lang.ZH, "发现设备"), (Lang.ZH, "搜索新设备"), (Lang.ZH, "帮我搜索一下新设备"), (Lang.ZH, "有没有新设备？"),
    (Lang.ZH, "查找附近的设备"),
)  # fmt: skip

WITH_CODE = (
    (Lang.EN, "add the device with code 34970112332"), (Lang.EN, "add the device with the code 3497-011-2332"),
    (Lang.EN, "add a new device, setup code 3497 011 2332"), (Lang.EN, "the code is 34970112332"),
    (Lang.EN, "pair the device with code three four nine seven oh double one two three three two"),
    (Lang.ZH, "添加设备，配对码34970112332"), (Lang.ZH, "添加设备，配对码三四九七零幺幺二三三二"),
    (Lang.ZH, "添加一个新设备，配对码是3497-011-2332"), (Lang.ZH, "配对码是34970112332"),
    (Lang.ZH, "用配对码34970112332添加设备"),
)  # fmt: skip


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


@pytest.mark.parametrize(("lang", "text"), DISCOVER)
def test_somebody_wants_new_things_to_be_looked_for(understander: Understander, lang: Lang, text: str) -> None:
    understood = understander.understand(text, lang, HOME)
    assert isinstance(understood, Understood), understood
    assert [(intent.name, dict(intent.slots)) for intent in understood.intents] == [("JinnDiscover", {})]


@pytest.mark.parametrize(("lang", "text"), WITH_CODE)
def test_somebody_says_the_code_of_a_device(understander: Understander, lang: Lang, text: str) -> None:
    understood = understander.understand(text, lang, HOME)
    assert isinstance(understood, Understood), understood
    assert [(intent.name, dict(intent.slots)) for intent in understood.intents] == [("JinnJoinCode", {"code": CODE})]


@pytest.mark.parametrize(
    ("lang", "text"),
    [(Lang.EN, "find my phone"), (Lang.EN, "add the device"), (Lang.ZH, "添加设备"), (Lang.ZH, "发现问题")],
)
def test_what_names_no_device_or_no_code_is_neither(understander: Understander, lang: Lang, text: str) -> None:
    understood = understander.understand(text, lang, HOME)
    names = [intent.name for intent in understood.intents] if isinstance(understood, Understood) else []
    assert isinstance(understood, NotUnderstood) or not {"JinnDiscover", "JinnJoinCode"} & set(names)


def test_a_qr_code_is_read_as_it_is() -> None:
    found = code_in("pair mt:y.k9042c00ka0648g00 now", Lang.EN)
    assert found is not None
    assert (found.code, found.text) == ("MT:Y.K9042C00KA0648G00", f"pair {CODE_SIGN} now")


@pytest.mark.parametrize("text", ["", "add 2 devices", "set the light to 30 %", "one two three"])
def test_a_short_number_is_no_code(text: str) -> None:
    assert code_in(text, Lang.EN) is None


@examples(60)
@given(
    text=st.text(alphabet=st.sampled_from("MT:.- 0123double 一幺二,，oh添加"), max_size=60), lang=st.sampled_from(Lang)
)
def test_whatever_is_said_a_code_is_digits_or_of_a_qr_code(text: str, lang: Lang) -> None:
    found = code_in(text, lang)
    if found is not None:
        assert CODE_SIGN in found.text
        assert found.code.startswith("MT:") or (len(found.code) >= 4 and found.code.isdecimal())
