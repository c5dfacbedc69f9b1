"""Which steps a database lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Refused
from jinn.runtime.migrating import migrations_to_apply
from jinn.runtime.queries import Migration


def step(number: int, *, room: str = "notes", digest: str | None = None) -> Migration:
    return Migration(room=room, number=number, sql="", digest=digest or f"{room}{number}")


@given(total=st.integers(0, 20), applied=st.integers(0, 20))
def test_the_steps_that_are_missing_are_applied_in_order(total: int, applied: int) -> None:
    steps = [step(number) for number in range(1, total + 1)]
    done = {("notes", number): f"notes{number}" for number in range(1, min(total, applied) + 1)}
    assert migrations_to_apply(steps, done) == steps[len(done) :]


def test_a_step_of_the_future_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        migrations_to_apply([step(1)], {("notes", 1): "notes1", ("notes", 2): "notes2"})
    assert caught.value.stable_code() == "database-newer"


def test_a_step_with_another_text_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        migrations_to_apply([step(1, digest="edited")], {("notes", 1): "notes1"})
    assert caught.value.stable_code() == "migration-edited"


def test_rooms_that_this_program_lacks_are_left_alone() -> None:
    assert migrations_to_apply([step(1)], {("shop", 3): "x"}) == [step(1)]
