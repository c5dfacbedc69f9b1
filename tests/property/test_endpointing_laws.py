"""Whatever is heard, an utterance begins before it ends, and ends in time."""

from hypothesis import given
from hypothesis import strategies as st

from jinn.voice.endpointing import Endpoint, Endpointer, EndpointOptions
from jinn.voice.model import WINDOW_MS
from jinn.voice.tidying import cut_repeats

OPTIONS = EndpointOptions(no_speech_ms=640, utterance_ms=1_600)
probabilities = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.4, 1.0]))
over = {Endpoint.ENDED, Endpoint.NOBODY}


def answers(heard: list[float]) -> list[Endpoint | None]:
    endpointer, given_ = Endpointer(OPTIONS), []
    for probability in heard:
        given_.append(endpointer.step(probability))
        if given_[-1] in over:
            break
    return given_


@given(st.lists(probabilities, max_size=200))
def test_the_answers_come_in_an_order_that_makes_sense(heard: list[float]) -> None:
    told = [answer for answer in answers(heard) if answer]

    if told == [Endpoint.NOBODY] or not told:
        return
    assert told[0] is Endpoint.STARTED
    middle = told[1:-1] if told[-1] is Endpoint.ENDED else told[1:]
    assert middle == [(Endpoint.PAUSED, Endpoint.RESUMED)[place % 2] for place in range(len(middle))]


@given(st.lists(probabilities, min_size=100, max_size=200))
def test_no_utterance_goes_on_for_ever(heard: list[float]) -> None:
    told = answers(heard)
    started = told.index(Endpoint.STARTED) if Endpoint.STARTED in told else None

    if started is not None:
        assert told[-1] is Endpoint.ENDED
        assert (len(told) - started) * WINDOW_MS <= OPTIONS.utterance_ms


@given(st.lists(probabilities, max_size=60))
def test_silence_ends_what_was_begun(heard: list[float]) -> None:
    told = answers([*heard, *[1.0] * 4, *[0.0] * 21])

    assert told[-1] in over


@given(st.lists(st.sampled_from(["turn", "on", "the", "light", "开", "灯", ",", " "]), max_size=40).map(" ".join))
def test_cutting_keeps_a_beginning_and_cuts_it_no_further(text: str) -> None:
    cut = cut_repeats(text)

    assert text.startswith(cut)
    assert cut_repeats(cut) == cut
