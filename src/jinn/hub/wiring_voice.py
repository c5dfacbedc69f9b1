"""Hearing and speaking, joined to whoever answers, and to the other boxes that may do their work."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from jinn import language, voice
from jinn.edge.placement import BoxKind, Crew, Need
from jinn.hub.settings import PlacementSettings, VoiceSettings, models_folder
from jinn.hub.wiring_home import Ground
from jinn.kernel import Clock, Lang
from jinn.runtime import Bus, Service

COMPLETE_CONFIDENCE = 0.85
"""Words so well understood end a command in the first pause; most Mandarin ones are heard with a homophone or two."""

NEEDS = (
    Need(model=voice.RECOGNITION, memory_mib=260, work_ms=140, latency_max_ms=600, importance=2),
    Need(model=voice.SPEECH, memory_mib=420, work_ms=700, latency_max_ms=1_500, importance=1),
)
"""What the models were measured to take: memory that a loaded one adds, and one request on a core of these boxes."""

RESERVE = 0.1
"""Of all memory; what the system itself may suddenly want."""

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxModels:
    """The `Models` of a box for placement: its voice models, and how much memory is left for them."""

    voice: voice.VoiceModels
    memory_mib: int | None

    def offers(self) -> frozenset[str]:
        return self.voice.offers()

    def runs(self) -> frozenset[str]:
        return self.voice.runs()

    def free_mib(self) -> int:
        if self.memory_mib is not None:
            return self.memory_mib - sum(need.memory_mib for need in NEEDS if need.model in self.runs())
        memory = psutil.virtual_memory()
        return int((memory.available - RESERVE * memory.total) / _MIB)

    async def load(self, model: str) -> None:
        await self.voice.shelf.load(model)

    def unload(self, model: str) -> None:
        self.voice.shelf.unload(model)

    async def work(self, model: str, payload: bytes) -> bytes:
        return await self.voice.work(model, payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The way to models that are placed on another box."""

    crew: Crew
    box: str

    def is_here(self, model: str) -> bool:
        # What runs nowhere is asked here: this box says best what is wrong with it.
        return self.crew.place_of(model) in (self.box, None)

    async def ask(self, model: str, payload: bytes, *, within_s: float) -> bytes:
        return await self.crew.ask(model, payload, within_s=within_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What a hub hears and speaks with."""

    ears: voice.Ears
    models: voice.VoiceModels
    crew: Crew

    @property
    def services(self) -> tuple[Service, ...]:
        return (*self.ears.services, self.crew)

    def states(self) -> dict[str, str]:
        """Which models are ready, wherever they run: the contract's `Models`."""
        states = {name: state.value for name, state in self.models.shelf.states().items()}
        return {name: "ready" if self.crew.place_of(name) else state for name, state in states.items()}


def open_voice(
    ground: Ground,
    *,
    conversing: language.Conversing,
    is_complete: Callable[[str, Lang], bool],
    on_models: Callable[[], None],
) -> Voice | None:
    """None when the settings have hearing switched off."""
    placing, clock = ground.settings.placement, ground.clock
    if not ground.settings.voice.is_on:
        return None
    options = ears_options(ground.settings.voice, ground.data)
    models = voice.open_models(options, on_models=lambda states: on_models())
    crew = open_crew(models, placing, "hub", bus=ground.bus, clock=clock, on_models=on_models)
    ears = voice.open_ears(
        options, models=models, elsewhere=Elsewhere(crew=crew, box=placing.box),
        conversation=conversing, clock=clock, is_complete=is_complete,
    )  # fmt: skip
    return Voice(ears=ears, models=models, crew=crew)


def open_crew(
    models: voice.VoiceModels,
    placing: PlacementSettings,
    kind: BoxKind,
    *,
    bus: Bus,
    clock: Clock,
    on_models: Callable[[], None] | None = None,
) -> Crew:
    """This box among the others; the hub is the one that plans."""
    return Crew(
        box=placing.box,
        kind=kind,
        models=BoxModels(voice=models, memory_mib=placing.memory_mib),
        bus=bus,
        clock=clock,
        needs=NEEDS if kind == "hub" else (),
        speed=placing.speed,
        on_change=on_models,
    )


def ears_options(chosen: VoiceSettings, data: Path) -> voice.EarsOptions:
    own = {recipe.name: Path(chosen.models_dir) / recipe.name for recipe in voice.RECIPES} if chosen.models_dir else {}
    return voice.EarsOptions(
        models=voice.ModelOptions(cache=models_folder(), local=own, public_hub=chosen.may_download),
        spoken=data / "spoken",
        wake_word=chosen.wake_word,
        voice={Lang.EN: chosen.voice_en, Lang.ZH: chosen.voice_zh},
    )


class Told:
    """Passes on that a model's state changed, to whoever wants to know by then."""

    def __init__(self) -> None:
        self.tell: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.tell()


class Complete:
    """Whether words are a whole command already: hearing need not wait for more of them."""

    def __init__(self, understander: language.Understander, names: language.HomeNames) -> None:
        self._understander = understander
        self._names = names

    def __call__(self, text: str, lang: Lang) -> bool:
        understood = self._understander.understand(text, lang, self._names.words())
        return isinstance(understood, language.Understood) and all(
            intent.confidence >= COMPLETE_CONFIDENCE for intent in understood.intents
        )
