"""Rules and scenes in conversation: the understanding and the skill, on the real rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinn.edge.listening import Things, Understands
from jinn.edge.model import Rule, Scene
from jinn.edge.ports import HomeThing
from jinn.edge.room import RulesRoom
from jinn.edge.skill import RuleSkill
from jinn.edge.understanding import RuleUnderstander
from jinn.kernel import AreaId, ThingId
from jinn.things import ThingsRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What a conversation needs to speak of rules.

    Attributes:
        words: to be asked instead of the understander that it was made of.
    """

    words: RuleUnderstander
    skill: RuleSkill


def open_talk(*, rules: RulesRoom, things: ThingsRoom, words: Understands, hands: Things) -> Talk:
    """Args: words: what understands everything else; hands: the things as words take hold of them."""
    known = _Known(room=rules)
    return Talk(
        words=RuleUnderstander(words=words, things=hands, known=known, saying=rules.book.saying),
        skill=RuleSkill(rules, _Whereabouts(things=things)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    room: RulesRoom

    def thing(self, thing: ThingId) -> HomeThing | None:
        return self.room.home.thing(thing)

    def scenes(self) -> Sequence[Scene]:
        return self.room.book.scenes()

    def rules(self) -> Sequence[Rule]:
        return self.room.book.rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whereabouts:
    things: ThingsRoom

    def things_in(self, area: AreaId | None) -> Sequence[ThingId]:
        return [thing.id for thing in self.things.registry.things() if area is None or thing.area == area]
