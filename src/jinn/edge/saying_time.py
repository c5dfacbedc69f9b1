"""Times, days and the sun in the sentences of rules, in both languages. Pure."""

from jinn.edge.model import WEEK, Day, SunTrigger, TimeCondition, TimeTrigger
from jinn.edge.words import duration
from jinn.kernel import Lang, Names

_EN = dict(zip(WEEK, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
_ZH = dict(zip(WEEK, "一二三四五六日", strict=True))
_WORKING, _RESTING = frozenset(WEEK[:5]), frozenset(WEEK[5:])


def time_trigger(trigger: TimeTrigger) -> Names:
    """ "every day at 7:00", "on Mondays at 7:00"."""
    at = clock(trigger.at_min)
    days = on_days(trigger.days)
    return Names(en=f"{days.en} at {at}", zh=f"{days.zh}{at}")


def sun_trigger(trigger: SunTrigger) -> Names:
    told = _sun(trigger)
    if not trigger.days:
        return told
    days = on_days(trigger.days)
    return Names(en=f"{told.en} {days.en}", zh=f"{days.zh}{told.zh}")


def at_sun(trigger: SunTrigger) -> Names:
    """ "At sunset", "20 minutes before sunrise on workdays"."""
    told = _sun(trigger)
    en = told.en.removeprefix("it is ") if trigger.offset_min else f"at {trigger.event}"
    zh = told.zh if trigger.offset_min else f"{told.zh}的时候"
    if not trigger.days:
        return Names(en=en, zh=zh)
    days = on_days(trigger.days)
    return Names(en=f"{en} {days.en}", zh=f"{days.zh}{zh}")


def is_now(trigger: TimeTrigger | SunTrigger) -> Names:
    """As a message of that moment."""
    if isinstance(trigger, TimeTrigger):
        return Names(en=f"it is {clock(trigger.at_min)}", zh=f"现在是{clock(trigger.at_min)}")
    return came(trigger)


def came(trigger: TimeTrigger | SunTrigger) -> Names:
    """What happened, in the past."""
    if isinstance(trigger, TimeTrigger):
        at = clock(trigger.at_min)
        return Names(en=f"it was {at}", zh=f"到了{at}")
    told = _sun(trigger)
    moved = told.en.replace("rises", "rose").replace("sets", "set").replace("it is", "it was")
    return Names(en=moved, zh=f"到了{told.zh}")


def time_condition(condition: TimeCondition) -> Names:
    """ "it is between 22:00 and 6:00", "it is Saturday or Sunday"."""
    after, before = condition.after_min, condition.before_min
    en, zh = [], []
    if condition.days:
        days = _plain_days(condition.days)
        en.append(days.en)
        zh.append(f"是{days.zh}")
    if after is not None and before is not None:
        over = Names(en="", zh="") if after <= before else Names(en="", zh="次日")
        en.append(f"between {clock(after)} and {clock(before)}")
        zh.append(f"在{clock(after)}到{over.zh}{clock(before)}之间")
    elif after is not None:
        en.append(f"after {clock(after)}")
        zh.append(f"{clock(after)}以后")
    elif before is not None:
        en.append(f"before {clock(before)}")
        zh.append(f"{clock(before)}以前")
    return Names(en="it is " + " and ".join(en) if en else "it is any time", zh="，".join(zh) if zh else "任何时间")


def clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def on_days(days: tuple[Day, ...]) -> Names:
    """ "every day", "on workdays", "on Mondays and Fridays"."""
    if not days or frozenset(days) >= frozenset(WEEK):
        return Names(en="every day", zh="每天")
    if frozenset(days) == _WORKING:
        return Names(en="from Monday to Friday", zh="周一到周五")
    if frozenset(days) == _RESTING:
        return Names(en="on Saturdays and Sundays", zh="周末")
    if (run := _run(days)) is not None:
        first, last = run
        return Names(en=f"from {_EN[first]} to {_EN[last]}", zh=f"周{_ZH[first]}到周{_ZH[last]}")
    en = [{Day.WORKDAY: "workdays", Day.HOLIDAY: "holidays"}.get(day) or f"{_EN[day]}s" for day in days]
    return Names(en=f"on {_listed(en)}", zh=f"每{_plain_days(days).zh}" if _is_week(days) else _plain_days(days).zh)


def _run(days: tuple[Day, ...]) -> tuple[Day, Day] | None:
    """The first and last of three or more days in a row."""
    if len(days) < 3 or not _is_week(days):
        return None
    at = sorted(WEEK.index(day) for day in days)
    return (WEEK[at[0]], WEEK[at[-1]]) if at == list(range(at[0], at[-1] + 1)) else None


def _plain_days(days: tuple[Day, ...]) -> Names:
    if frozenset(days) == _WORKING:
        return Names(en="a weekday", zh="周一到周五")
    if frozenset(days) == _RESTING:
        return Names(en="Saturday or Sunday", zh="周末")
    en = [{Day.WORKDAY: "a workday", Day.HOLIDAY: "a holiday"}.get(day) or _EN[day] for day in days]
    zh = [{Day.WORKDAY: "工作日", Day.HOLIDAY: "休息日"}.get(day) or f"周{_ZH[day]}" for day in days]
    listed = ", ".join(en[:-1]) + f" or {en[-1]}" if len(en) > 1 else en[0]
    return Names(en=listed, zh="、".join(zh))


def _is_week(days: tuple[Day, ...]) -> bool:
    return all(day in _EN for day in days)


def _sun(trigger: SunTrigger) -> Names:
    is_rise = trigger.event == "sunrise"
    if not trigger.offset_min:
        return Names(en="the sun rises", zh="日出") if is_rise else Names(en="the sun sets", zh="日落")
    far = abs(trigger.offset_min) * 60
    later = trigger.offset_min > 0
    en = f"it is {duration(far, Lang.EN)} {'after' if later else 'before'} {trigger.event}"
    return Names(en=en, zh=f"{'日出' if is_rise else '日落'}{'后' if later else '前'}{duration(far, Lang.ZH)}")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
