"""May this device use that topic?"""

from weakref import WeakValueDictionary

_VERDICTS_MAX = 1_024
_OWN = "\0"
"""Stands for `pk/dn` in the stored patterns; no topic on the wire can contain it."""


class AllowList:
    """Topic patterns, shared by all devices whose patterns differ only in their own name.

    A grant's patterns are some 2 kB of text for each device; shared, they are a pointer. A pattern is a whole topic,
    or a prefix that ends in `#`.
    """

    __slots__ = ("__weakref__", "_exact", "_prefixes", "_verdicts")

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._exact = frozenset(one for one in patterns if not one.endswith("#"))
        self._prefixes = tuple(one[:-1] for one in patterns if one.endswith("#"))
        self._verdicts: dict[str, bool] = {}

    def permits(self, topic: str, own: str) -> bool:
        """Whether `topic`, or every topic that it matches as a filter, is allowed to the device `own` (`pk/dn`)."""
        shared = topic.replace(own, _OWN, 1)
        verdict = self._verdicts.get(shared)
        if verdict is None:
            if len(self._verdicts) >= _VERDICTS_MAX:
                self._verdicts.clear()
            verdict = self._verdicts[shared] = self._matches(shared)
        # The plain topic too: a pattern such as /broadcast/pk/# ends in the middle of the name. Not remembered, since
        # the answer is this device's and the memory everybody's.
        return verdict or self._matches(topic)

    def _matches(self, topic: str) -> bool:
        if topic in self._exact or topic.startswith(self._prefixes):
            return True
        # `/a/#` as a pattern includes `/a` itself, as in MQTT.
        return f"{topic}/" in self._prefixes


class AllowLists:
    """Finds the shared list for a grant; lists that no connection uses any more go by themselves."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[tuple[str, ...], AllowList] = WeakValueDictionary()

    def of(self, patterns: tuple[str, ...], own: str) -> AllowList:
        shared = tuple(one.replace(own, _OWN, 1) for one in patterns)
        known = self._known.get(shared)
        if known is None:
            known = self._known[shared] = AllowList(shared)
        return known
