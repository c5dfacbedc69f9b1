"""One statement for many rows: what is done for each of them, done for dozens at a time. Pure.

Each step of SQLite gives Python's lock away and has to get it back from a busy event loop; of 64 rows that are inserted
at once it does so once, and they take a fifth of the time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jinn.runtime.ports import Sql

AT_ONCE: Final = (64, 8)
"""So many rows go into one statement; few sizes, since each is a statement to be kept prepared."""

_ITEM: Final = r"(?::\w+|CAST\(:\w+ AS [A-Z ]+\))"
_ROW: Final = re.compile(rf"VALUES\s*(\(\s*{_ITEM}(?:\s*,\s*{_ITEM})*\s*\))")
_NAME: Final = re.compile(r"(?<!:):(\w+)")


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """A query whose only parameters are those of one `VALUES (…)`; `names` are theirs, in order."""

    names: tuple[str, ...]
    texts: Mapping[int, str]

    def steps(self, rows: Sequence[Mapping[str, Sql]]) -> Iterator[tuple[str, list[Sql]]]:
        """Statements with their values that together do it for each row, in order."""
        start = 0
        for size, text in self.texts.items():
            while len(rows) - start >= size:
                yield text, [row[name] for row in rows[start : start + size] for name in self.names]
                start += size


def rows_query(sql: str) -> RowsQuery | None:
    """The same for many rows; None when the query is not of that kind."""
    found = _ROW.search(sql)
    if found is None or _NAME.search(sql[: found.start()] + sql[found.end() :]):
        return None
    row = _NAME.sub("?", found[1])
    texts = {
        size: sql[: found.start(1)] + ", ".join([row] * size) + sql[found.end(1) :] for size in (*AT_ONCE, 1)
    }  # fmt: skip
    return RowsQuery(tuple(_NAME.findall(found[1])), texts)
