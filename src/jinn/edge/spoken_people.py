"""Who is at home, as people say it: "nobody is home", 人都走了. Pure.

The home knows nobody by name: "when I leave" is when the last one leaves, "when I come home" when the first one comes.
"""

import re

from jinn.edge.model import PeopleTest, Who
from jinn.kernel import Lang


def people_test(atom: str, lang: Lang) -> PeopleTest | None:
    for pattern, who, is_home in _PEOPLE_EN if lang is Lang.EN else _PEOPLE_ZH:
        if pattern.fullmatch(atom):
            return PeopleTest(who=who, is_home=is_home)
    return None


_NOBODY, _SOMEBODY = "(?:nobody|no one|no-one|noone)", "(?:somebody|someone|anybody|anyone)"
_ALL_OF_US = "(?:everybody|everyone|we all|all of us|the whole family|the family)"
_PEOPLE_EN: "tuple[tuple[re.Pattern[str], Who, bool], ...]" = tuple(
    (re.compile(pattern), who, is_home)  # type: ignore[misc]
    for pattern, who, is_home in (
        (rf"(?:there is )?{_NOBODY} (?:is )?(?:still )?(?:at )?(?:home|in|here|in the house|around|there)(?: any"
         rf" ?more)?",
         "everyone", False),
        (rf"(?:{_ALL_OF_US}|the last (?:person|one)) (?:has |have |is |are )?(?:all )?"
         r"(?:leaves?|left|goes|go|gone|went|out|away|not (?:at )?home)(?: (?:the )?(?:home|house|out|away|for"
         r" the day))*",
         "everyone", False),
        (r"(?:we|i) (?:are |am |have |has )?(?:all )?(?:leave|left|leaving|go|gone|going|out|away|not (?:at )?"
         r"(?:home|in|here))"
         r"(?: (?:the )?(?:home|house|out|away|back))*",
         "everyone", False),
        (r"(?:the )?(?:house|home) is empty", "everyone", False),
        (rf"(?:{_SOMEBODY}|the first person|one of us) (?:is|comes|gets|arrives|returns|has come)(?: back)?(?: at)?"
         r"(?: home| in| here)?",
         "anyone", True),
        (r"(?:i|we) (?:come|get|arrive|am|are|return)(?: back)?(?: at)? home|(?:i|we) (?:return|come back|am"
         r" back|are back)",
         "anyone", True),
        (rf"{_ALL_OF_US} (?:is|are|comes|come|has come|get|gets)(?: back)?(?: at)? (?:home|in|here"
         rf"|back)", "everyone", True),
        (rf"{_SOMEBODY} (?:leaves|goes out|is out|has left|goes)(?: the house| home)?", "anyone", False),
    )
)  # fmt: skip
_PEOPLE_ZH: "tuple[tuple[re.Pattern[str], Who, bool], ...]" = tuple(
    (re.compile(pattern), who, is_home)  # type: ignore[misc]
    for pattern, who, is_home in (
        (r"(?:家里?|屋里|屋子里)?(?:还|又|都|已经)?(?:没有人|没人|无人|空无一人)(?:在家|在|回来|回家)?"
         r"(?:里)?了?", "everyone", False),
        (r"(?:所有人|大家|全家人?|家里人|家人|人|我们)(?:都|全|全都)?(?:出门|离开|走|出去|外出|不在家|不在|走光"
         r"|走完)(?:家|光)?了?",
         "everyone", False),
        (r"(?:最后一个人|我)?(?:出门|离开家|离家|外出|出去)(?:了|以后|之后)?|(?:最后一个人|我)(?:离开|走)"
         r"(?:家)?了?|我(?:还)?(?:不在家|没回家|没回来)",
         "everyone", False),
        (r"(?:家里?|屋里)?(?:还)?有人(?:在家|在|回家|回来|到家)?了?|家里有人", "anyone", True),
        (r"(?:我|我们)?(?:回家|回来|到家|回到家|进家门|进门)了?|(?:我|我们)在家", "anyone", True),
        (r"(?:所有人|大家|全家人?|家里人|家人|我们|人)(?:都|全都|全)(?:在家|回家|回来|到家|到齐)了?", "everyone", True),
        (r"有人(?:出门|离开|走)(?:家)?了?", "anyone", False),
    )
)  # fmt: skip
