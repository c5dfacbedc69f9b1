"""From drawn sound to a turn and back: who is heard, when, and what stops it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest

from jinn.kernel import Clock, Lang, Names, SatelliteId, SystemClock, TurnId, Unavailable
from jinn.voice.hearing import Hearing
from jinn.voice.model import (
    Aborted,
    Level,
    Manners,
    Played,
    Pressed,
    Released,
    Sound,
    Speech,
    SpeechBegins,
    SpeechEnds,
    State,
    StateShown,
    Trouble,
    TurnDone,
    Woken,
    Words,
)
from jinn.voice.parts import HearingOptions, Parts, never_complete
from jinn.voice.ports import Speaker, WakeWords
from jinn.voice.testing import (
    BeepingSpeaker,
    DrawnVoiceActivity,
    EchoConversation,
    LoudWakeWord,
    PuppetSatellite,
    ScriptedRecogniser,
    draw,
)

pytestmark = pytest.mark.anyio

COMMAND = "." * 5 + "#" * 20 + "." * 25
"""640 ms of voice and enough silence to end it."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Ears:
    """A hearing made of fakes."""

    def __init__(
        self,
        *lines: str,
        speaker: Speaker | None = None,
        conversation: EchoConversation | None = None,
        is_complete: Callable[[str, Lang], bool] = never_complete,
        delay_s: float = 0.0,
        on_first_sound: Callable[[TurnId, float], None] | None = None,
    ) -> None:
        self.recogniser = ScriptedRecogniser(lines or ("turn on the light",), delay_s=delay_s)
        self.conversation = conversation or EchoConversation()
        self.wake_word = LoudWakeWord()
        clock: Clock = SystemClock()
        self.hearing = Hearing(
            Parts(
                recogniser=self.recogniser,
                conversation=self.conversation,
                speaker=speaker,
                clock=clock,
                voice_activity=DrawnVoiceActivity,
                wake_words=self._make_wake_words,
                is_complete=is_complete,
                on_first_sound=on_first_sound,
            ),
            HearingOptions(played_margin_s=0.01, show_within_s=0.2),
        )

    async def _make_wake_words(self) -> WakeWords:
        return self.wake_word

    @asynccontextmanager
    async def attending(self, *satellites: PuppetSatellite) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            for satellite in satellites:
                tasks.start_soon(self.hearing.attend, satellite)
                await satellite.until(StateShown)
            yield
            tasks.cancel_scope.cancel()

    def texts(self) -> list[str]:
        return [heard.text for _, heard in self.conversation.heard]


def states(satellite: PuppetSatellite) -> list[State]:
    return [shown.state for shown in satellite.all(StateShown) if isinstance(shown, StateShown)]


def codes(satellite: PuppetSatellite) -> list[str]:
    return [shown.problem.stable_code() for shown in satellite.all(Trouble) if isinstance(shown, Trouble)]


async def test_a_pressed_button_and_a_command_make_a_turn() -> None:
    ears, satellite = Ears(), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(TurnDone)
        await satellite.until(StateShown, count=4)

    assert ears.texts() == ["turn on the light"]
    assert states(satellite) == [State.WAITING, State.LISTENING, State.THINKING, State.WAITING]
    assert Words(text="turn on the light", final=True, lang=Lang.EN) in satellite.shown


async def test_a_setup_code_is_understood_and_not_shown() -> None:
    ears, satellite = Ears("add code 3497 0112 332"), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(TurnDone)

    assert ears.texts() == ["add code 3497 0112 332"]
    assert {shown.text for shown in satellite.all(Words) if isinstance(shown, Words)} == {"add code •••"}


async def test_sound_that_is_not_addressed_to_us_is_not_heard() -> None:
    ears, satellite = Ears(), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Sound(draw(COMMAND)), Pressed(), Released())
        await satellite.until(Trouble)

    assert codes(satellite) == ["no-speech"]
    assert ears.recogniser.heard_ms == []


async def test_a_released_button_ends_the_utterance_at_once() -> None:
    ears, satellite = Ears(), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw("." * 5 + "#" * 20)), Released())
        await satellite.until(TurnDone)

    assert ears.texts() == ["turn on the light"]


async def test_the_wake_word_is_enough() -> None:
    ears, satellite = Ears(), PuppetSatellite(manners=Manners(lang=Lang.EN, wake=True))

    async with ears.attending(satellite):
        await satellite.say(Sound(draw(COMMAND)))
        await satellite.until(TurnDone)

    assert satellite.all(Woken) == [Woken(word="hey_jarvis")]
    assert ears.texts() == ["turn on the light"]


async def test_a_command_may_follow_the_wake_word_after_a_pause() -> None:
    ears = Ears("Hey Jarvis.", "open the curtain")
    satellite = PuppetSatellite(manners=Manners(lang=Lang.EN, wake=True))

    async with ears.attending(satellite):
        await satellite.say(Sound(draw(COMMAND)))
        await satellite.until(StateShown, count=4)
        await satellite.say(Sound(draw(COMMAND)))
        await satellite.until(TurnDone)

    assert ears.texts() == ["open the curtain"]


async def test_a_hesitation_starts_the_recognition_anew_with_everything_said() -> None:
    ears, satellite = Ears("turn on", "turn on the light"), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw("." * 5 + "#" * 20 + "." * 10)))
        await satellite.until(Words)
        await satellite.say(Sound(draw("#" * 20 + "." * 25)))
        await satellite.until(TurnDone)

    assert ears.texts() == ["turn on the light"]
    first, second = ears.recogniser.heard_ms
    assert second > first + 600


async def test_a_whole_command_is_not_kept_waiting_for_the_end_of_the_silence() -> None:
    ears = Ears(is_complete=lambda text, lang: text == "turn on the light")
    satellite = PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw("." * 5 + "#" * 20 + "." * 8)))
        await satellite.until(Words)
        await satellite.say(Sound(draw("." * 5)))
        await satellite.until(TurnDone)

    assert ears.texts() == ["turn on the light"]


async def test_half_a_command_is_waited_for() -> None:
    ears, satellite = Ears(is_complete=lambda text, lang: False), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw("." * 5 + "#" * 20 + "." * 14)))
        await satellite.until(Words)
        await anyio.wait_all_tasks_blocked()

    assert ears.texts() == []


async def test_the_reply_is_spoken_and_then_we_wait() -> None:
    ears, satellite = Ears(speaker=BeepingSpeaker()), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(SpeechEnds)
        await satellite.say(Played())
        await satellite.until(StateShown, count=5)

    kinds = [
        type(shown) for shown in satellite.shown if isinstance(shown, TurnDone | SpeechBegins | Speech | SpeechEnds)
    ]
    assert kinds == [TurnDone, SpeechBegins, *[Speech] * 4, SpeechEnds]
    assert states(satellite)[-2:] == [State.SPEAKING, State.WAITING]


async def test_a_satellite_without_a_speaker_gets_words_only() -> None:
    ears = Ears(speaker=BeepingSpeaker())
    satellite = PuppetSatellite(manners=Manners(lang=Lang.EN, has_speaker=False))

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(StateShown, count=4)

    assert satellite.all(TurnDone)
    assert not satellite.all(SpeechBegins)


async def test_our_question_is_answered_without_a_wake_word() -> None:
    ears = Ears("which", "the kitchen", conversation=EchoConversation(questions=frozenset({"which"})))
    satellite = PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(StateShown, count=4)
        await satellite.say(Sound(draw(COMMAND)))
        await satellite.until(TurnDone, count=2)

    assert ears.texts() == ["which", "the kitchen"]


async def test_nobody_has_to_answer_our_question() -> None:
    ears = Ears("which", conversation=EchoConversation(questions=frozenset({"which"})))
    satellite = PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(StateShown, count=4)
        await satellite.say(Sound(draw("." * 160)))
        await satellite.until(StateShown, count=5)

    assert states(satellite)[-2:] == [State.LISTENING, State.WAITING]
    assert codes(satellite) == []


async def test_abort_stops_a_reply_and_the_turn_is_forgotten() -> None:
    speaker = BeepingSpeaker()
    ears, satellite = Ears("word " * 500, speaker=speaker), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(SpeechBegins)
        await satellite.say(Aborted())
        await satellite.until(StateShown, count=5)
        spoken = len(satellite.all(Speech))
        await anyio.wait_all_tasks_blocked()

    assert states(satellite)[-1] is State.WAITING
    assert len(satellite.all(Speech)) == spoken < 500


async def test_whoever_presses_the_button_interrupts_the_reply() -> None:
    ears, satellite = Ears("word " * 500, "stop", speaker=BeepingSpeaker()), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(SpeechBegins)
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(TurnDone, count=2)

    assert ears.texts()[1] == "stop"
    assert State.LISTENING in states(satellite)[4:]


async def test_two_satellites_never_cross() -> None:
    ears = Ears("turn on the light", delay_s=0.01)
    kitchen, hall = PuppetSatellite("kitchen"), PuppetSatellite("hall")

    async with ears.attending(kitchen, hall):
        await kitchen.say(Pressed(), Sound(draw(COMMAND)))
        await hall.say(Pressed(), Sound(draw(COMMAND)))
        for satellite in (kitchen, hall):
            await satellite.until(TurnDone)

    for satellite in (kitchen, hall):
        turns = [shown.turn.satellite for shown in satellite.all(TurnDone) if isinstance(shown, TurnDone)]
        assert turns == [satellite.id]
    assert {who for who, _ in ears.conversation.heard} == {"kitchen", "hall"}


async def test_a_satellite_that_connects_anew_takes_the_place_of_its_older_self() -> None:
    ears = Ears()
    older, newer = PuppetSatellite("kitchen"), PuppetSatellite("kitchen")

    async with ears.attending(older, newer):
        await older.until(Trouble)
        await newer.say(Pressed(), Sound(draw(COMMAND)))
        await newer.until(TurnDone)

    assert codes(older) == ["satellite-taken"]
    assert not older.all(TurnDone)


async def test_a_satellite_that_leaves_is_let_go() -> None:
    ears, satellite = Ears(), PuppetSatellite()

    with anyio.fail_after(2):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ears.hearing.attend, satellite)
            await satellite.until(StateShown)
            satellite.leave()


async def test_a_satellite_that_takes_nothing_more_is_gone() -> None:
    class Deaf(PuppetSatellite):
        async def show(self, down: object) -> None:
            await anyio.sleep_forever()

    with anyio.fail_after(3):
        await Ears().hearing.attend(Deaf())


async def test_a_recogniser_that_is_not_ready_is_said_and_the_satellite_goes_on() -> None:
    ears, satellite = Ears(), PuppetSatellite()
    ears.recogniser.problem = Unavailable("The model is still loading.", code="model-loading")

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(Trouble)
        ears.recogniser.problem = None
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(TurnDone)

    assert codes(satellite) == ["model-loading"]


async def test_a_failing_turn_does_not_take_the_satellite_with_it(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(EchoConversation):
        async def converse(self, heard: object, *, satellite: SatelliteId) -> object:  # type: ignore[override]
            raise RuntimeError("a bug")

    ears, satellite = Ears(conversation=Broken()), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(Trouble)
        await satellite.until(StateShown, count=4)

    assert codes(satellite) == ["internal"]
    assert "a bug" in caplog.text


async def test_loudness_is_shown_while_we_listen() -> None:
    ears, satellite = Ears(), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw("...###" * 2)))
        await satellite.until(Level, count=4)

    levels = [shown.level for shown in satellite.all(Level) if isinstance(shown, Level)]
    assert levels[0] == 0
    assert 0.7 < levels[1] <= 1


async def test_spans_count_from_the_last_voiced_sample() -> None:
    ears, satellite = Ears(delay_s=0.01), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(TurnDone)

    spans = {name: (start_ms, ms) for name, start_ms, ms in ears.conversation.heard[0][1].spans}
    assert list(spans) == ["speech", "endpoint", "recognition"]
    assert spans["endpoint"][0] == 0
    assert spans["recognition"][1] >= 10


async def test_the_first_sound_of_a_reply_is_timed() -> None:
    told: list[tuple[TurnId, float]] = []
    ears = Ears(speaker=BeepingSpeaker(), on_first_sound=lambda turn, ms: told.append((turn, ms)))
    satellite = PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(SpeechEnds)

    assert [turn for turn, _ in told] == ["turn1"]
    assert told[0][1] >= 0


async def test_visitors_of_one_name_do_not_disturb_each_other() -> None:
    ears = Ears(delay_s=0.01)
    manners = Manners(lang=Lang.EN, visits=True)
    first, second = PuppetSatellite("http", manners), PuppetSatellite("http", manners)

    async with ears.attending(first, second):
        for visitor in (first, second):
            await visitor.say(Pressed(), Sound(draw(COMMAND)))
        for visitor in (first, second):
            await visitor.until(TurnDone)

    assert codes(first) == codes(second) == []


WARM = Names(en="The fridge is warm.", zh="冰箱太热了。")


async def test_what_the_home_says_by_itself_is_spoken_on_every_speaker_in_its_own_language() -> None:
    speaker = BeepingSpeaker()
    ears = Ears(speaker=speaker)
    english = PuppetSatellite("kitchen", Manners(lang=Lang.EN))
    mandarin = PuppetSatellite("bedroom", Manners(lang=Lang.ZH))
    any_language = PuppetSatellite("hall", Manners())
    mute = PuppetSatellite("badge", Manners(has_speaker=False))

    async with ears.attending(english, mandarin, any_language, mute):
        ears.hearing.announce(WARM, Lang.ZH)
        for satellite in (english, mandarin, any_language):
            await satellite.until(SpeechEnds)
            await satellite.say(Played())
            await satellite.until(StateShown, count=3)

    assert sorted(speaker.said) == sorted([WARM.en, WARM.zh, WARM.zh])
    assert states(english) == [State.WAITING, State.SPEAKING, State.WAITING]
    assert states(mute) == [State.WAITING]
    assert ears.texts() == []


async def test_an_announcement_waits_until_the_turn_is_over() -> None:
    speaker = BeepingSpeaker()
    ears, satellite = Ears(speaker=speaker), PuppetSatellite()

    async with ears.attending(satellite):
        await satellite.say(Pressed())
        await satellite.until(StateShown, count=2)
        ears.hearing.announce(WARM, Lang.EN)
        await satellite.say(Sound(draw(COMMAND)))
        await satellite.until(SpeechEnds)
        await satellite.say(Played())
        await satellite.until(SpeechEnds, count=2)

    assert speaker.said[-1] == WARM.en
    assert len(speaker.said) == 2
    assert ears.texts() == ["turn on the light"]


async def test_whoever_speaks_to_us_interrupts_an_announcement() -> None:
    ears, satellite = Ears(speaker=BeepingSpeaker()), PuppetSatellite()

    async with ears.attending(satellite):
        ears.hearing.announce(WARM, Lang.EN)
        await satellite.until(SpeechBegins)
        await satellite.say(Pressed(), Sound(draw(COMMAND)))
        await satellite.until(TurnDone)

    assert ears.texts() == ["turn on the light"]
