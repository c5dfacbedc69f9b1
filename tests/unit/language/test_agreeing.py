"""Is a yes heard as a yes, a no as a no, and anything else as neither?"""

import pytest

from jinn.kernel import Lang
from jinn.language.agreeing import agrees


@pytest.mark.parametrize(
    ("text", "lang", "answer"),
    [
        *((one, Lang.EN, True) for one in ("yes", "Yes, please.", "sure", "ok", "Yeah do it", "go ahead")),
        *((one, Lang.EN, False) for one in ("no", "No, thanks!", "never mind", "don't", "no don't do that", "cancel")),
        *((one, Lang.ZH, True) for one in ("好的", "是的", "可以。", "好，保存吧", "嗯对", "没问题", "行")),
        *((one, Lang.ZH, False) for one in ("不要", "不用了", "算了", "不是", "取消吧", "不行")),
        *((one, Lang.EN, None) for one in ("turn on the light", "yes turn off the hall light", "", "what time is it")),
        *((one, Lang.ZH, None) for one in ("打开灯", "好热", "现在几点", "不要开灯", "对面的灯")),
    ],
)  # fmt: skip
def test_an_answer_is_a_yes_a_no_or_none(text: str, lang: Lang, answer: bool | None) -> None:
    assert agrees(text, lang) is answer
