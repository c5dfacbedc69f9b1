"""Whatever the process of a driver says, it is an answer within bounds or none at all."""

import json

from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st
from jinn_os.isolating import EVENTS_MAX, PACE_MAX_S, PACE_MIN_S, Answer

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), st.lists, max_leaves=6
)
names = st.sampled_from(["id", "out", "state", "pace", "bands", "rates", "events", "fault", "refusal"])
forms = st.dictionaries(names, values | st.dictionaries(st.text(max_size=4), values, max_size=3), max_size=9)
lines = (
    st.binary(max_size=80)
    | forms.map(lambda form: json.dumps(form).encode())
    | values.map(lambda value: json.dumps(value).encode())
)


@examples(150)
@given(lines)
def test_an_answer_is_within_bounds_or_is_none(line: bytes) -> None:
    try:
        answer = Answer(line)
    except (ValueError, TypeError, RuntimeError):
        return
    assert PACE_MIN_S <= answer.pace_s <= PACE_MAX_S
    assert isinstance(answer.state, dict)
    assert len(answer.events) <= EVENTS_MAX
    assert all(isinstance(event, str) for event, _ in answer.events)
    assert all(band >= 0 for band in [*answer.bands.values(), *answer.rates.values()])
    assert isinstance(answer.fault, str)
    assert isinstance(answer.refusal, str)
