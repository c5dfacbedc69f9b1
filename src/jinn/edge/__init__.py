"""What the home decides by itself, near its things: scenes, rules, functions, and the way up when there is one."""

from jinn.edge.holidays import read_calendar
from jinn.edge.http import routes
from jinn.edge.model import Draft, Rule, RuleId, Run, Scene, SceneId
from jinn.edge.room import RulesRoom, open_rules
from jinn.edge.store import SCHEMA
from jinn.edge.sun import Place
from jinn.edge.talking import Talk, open_talk
from jinn.edge.wire import NOTICE_SUBJECT, RULES_SUBJECT, RUN_SUBJECT, Noticed, RuleRan, RuleWire, RunWire

__all__ = [
    "NOTICE_SUBJECT",
    "RULES_SUBJECT",
    "RUN_SUBJECT",
    "SCHEMA",
    "Draft",
    "Noticed",
    "Place",
    "Rule",
    "RuleId",
    "RuleRan",
    "RuleWire",
    "RulesRoom",
    "Run",
    "RunWire",
    "Scene",
    "SceneId",
    "Talk",
    "open_rules",
    "open_talk",
    "read_calendar",
    "routes",
]
