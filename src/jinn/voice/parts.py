"""What hearing is made of, and how satellites are listened to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from jinn.kernel import Clock, Lang, TurnId
from jinn.language import Conversation
from jinn.voice.endpointing import EndpointOptions
from jinn.voice.ports import Recogniser, Speaker, VoiceActivity, WakeWords


def never_complete(text: str, lang: Lang) -> bool:
    """For those who want every pause waited out."""
    return False


def _patient() -> EndpointOptions:
    """A recording ends by itself; only two seconds of silence end what was said before them."""
    return EndpointOptions(early_ms=60_000, end_ms=2_016, utterance_ms=60_000, no_speech_ms=60_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingOptions:
    """How satellites are listened to.

    Attributes:
        endpoint: for people; `patient` is for recordings.
        wake_tail_ms: sound kept from before the wake word was noticed, which is up to 0.1 s after its end: the command
            may have begun. With more than 0.3 s the recogniser makes words of its last syllable.
        follow_up_ms: how long an answer to our question is waited for.
        inbox: events that wait for their turn, about a second of sound; when it is full, the satellite waits.
        show_within_s: a satellite that takes nothing for so long is gone.
        played_margin_s: added to the length of a reply before we stop waiting to hear that it was played.
    """

    endpoint: EndpointOptions = field(default_factory=EndpointOptions)
    patient: EndpointOptions = field(default_factory=_patient)
    wake_tail_ms: int = 224
    follow_up_ms: int = 5_000
    inbox: int = 50
    show_within_s: float = 5.0
    played_margin_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What hearing is made of.

    Attributes:
        speaker: None: replies are shown, not spoken.
        voice_activity, wake_words: make one for each stream; `wake_words` None: there is no wake word.
        is_complete: whether these words are a whole command already, so that no more of them is waited for; quick.
        on_first_sound: told the milliseconds from the last voiced sample to the first sound of the reply.
    """

    recogniser: Recogniser
    conversation: Conversation
    speaker: Speaker | None
    clock: Clock
    voice_activity: Callable[[], VoiceActivity]
    wake_words: Callable[[], Awaitable[WakeWords]] | None = None
    is_complete: Callable[[str, Lang], bool] = never_complete
    on_first_sound: Callable[[TurnId, float], None] | None = None
