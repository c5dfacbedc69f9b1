"""What the dialogue itself says: asking back, not understanding, giving up."""

from collections.abc import Sequence

from jinn.kernel import Lang, Names, mid_sentence


def which_one(choices: Sequence[Names], lang: Lang) -> str:
    """Asks back between things; five are named, the rest counted."""
    shown, more = choices[:5], len(choices) - 5
    names = [names.of(lang) for names in shown]
    if lang is Lang.EN:
        rest = f" (and {more} more)" if more > 0 else ""
        names = [mid_sentence(name) for name in names]
        return f"Which one: the {', the '.join(names[:-1])} or the {names[-1]}{rest}?"
    rest = f"等{len(choices)}个" if more > 0 else ""
    return f"要哪一个，{'、'.join(names[:-1])}还是{names[-1]}{rest}？"


def not_understood(unknown: str | None, lang: Lang) -> str:
    if unknown:
        return f"There is no {unknown} in this home." if lang is Lang.EN else f"家里没有“{unknown}”。"
    return "Sorry, I did not understand that." if lang is Lang.EN else "抱歉，我没听懂。"


def nothing_heard(lang: Lang) -> str:
    return "I did not hear any words." if lang is Lang.EN else "我没听到说话。"


def too_long(lang: Lang) -> str:
    return "That sentence is too long for me." if lang is Lang.EN else "这句话太长了。"


def nobody_answers(lang: Lang) -> str:
    return "I understood, but nothing here can do that." if lang is Lang.EN else "我听懂了，但家里没有能做这件事的。"


def never_mind(lang: Lang) -> str:
    return "All right, never mind." if lang is Lang.EN else "好的，算了。"
