"""One statement for many rows."""

import pytest

from jinn.runtime.rows import rows_query

INSERT = "INSERT INTO t (a, b) VALUES (:a, CAST(:b AS DOUBLE PRECISION)) ON CONFLICT (a) DO UPDATE SET b = excluded.b"


def test_rows_go_together_in_their_order_and_none_is_left_out() -> None:
    together = rows_query(INSERT)
    assert together is not None
    rows = [{"b": -number, "a": number} for number in range(64 + 2 * 8 + 3)]
    steps = list(together.steps(rows))
    assert [text.count("(?, CAST(? AS DOUBLE PRECISION))") for text, _ in steps] == [64, 8, 8, 1, 1, 1]
    assert all(text.endswith("ON CONFLICT (a) DO UPDATE SET b = excluded.b") for text, _ in steps)
    assert [value for _, values in steps for value in values] == [
        value for row in rows for value in (row["a"], row["b"])
    ]


def test_rows_of_a_derived_table_go_together_too() -> None:
    together = rows_query("INSERT INTO t (a) SELECT c.column1 FROM (VALUES (:a)) AS c WHERE c.column1 > 0")
    assert together is not None
    assert together.texts[8].count("(?)") == 8


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t WHERE a = :a",
        "INSERT INTO t (a) SELECT :a",
        "INSERT INTO t (a, b) VALUES (:a, 0)",
        "INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO UPDATE SET a = :b",
    ],
)
def test_what_has_other_parameters_is_done_row_by_row(sql: str) -> None:
    assert rows_query(sql) is None
