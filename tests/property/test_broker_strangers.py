"""Whatever a client of the broker sends or an owner types, the answer is a plain yes or no."""

import base64
import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid, Secret
from jinn.runtime.claims import Allowed, Knock, Signer, read_knock, subjects_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary())
def test_a_question_is_read_or_refused(token: bytes) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(read_knock(token), Knock)


@given(json_values)
def test_a_question_of_any_shape_is_read_or_refused(claims: object) -> None:
    body = base64.urlsafe_b64encode(msgspec.json.encode({"nats": claims}))
    with pytest.raises(Invalid):
        read_knock(b"e30." + body + b".sig")


@given(st.text())
def test_a_topic_means_itself_or_is_refused(topic: str) -> None:
    try:
        subjects = subjects_of(topic)
    except Invalid:
        return
    for subject in subjects:
        assert not any(letter.isspace() for letter in subject)
        assert not subject.startswith(("$", "."))
        for place, part in enumerate(subject.split(".")):
            assert part
            assert part in {"*", ">"} or not set(part) & {"*", ">"}
            assert part != ">" or place == subject.count(".")


@given(name=st.text(max_size=80), topics=st.lists(st.sampled_from(["a/#", "b/+/c", "x"]), max_size=4))
def test_what_is_let_in_is_allowed_its_own_topics_and_nothing_else(name: str, topics: list[str]) -> None:
    knock = Knock(server="N1", client="U1", kind="mqtt", name=name, password=Secret("x"))
    answer = Signer().admitting(knock, Allowed(publish=tuple(topics), subscribe=()), account="BROKER")
    said = msgspec.json.decode(base64.urlsafe_b64decode(answer.split(b".")[1] + b"=="))
    user = msgspec.json.decode(base64.urlsafe_b64decode(said["nats"]["jwt"].split(".")[1] + "=="))["nats"]
    if topics:
        assert set(user["pub"]["allow"]) == {subject for topic in topics for subject in subjects_of(topic)}
    else:
        assert user["pub"] == {"deny": [">"]}
    assert user["sub"] == {"allow": ["$MQTT.sub.>", "$MQTT.deliver.>"]}
    assert user["allowed_connection_types"] == ["MQTT"]
