"""What moves and what stays, and how both are watched: no business."""

from jinn.runtime.bus import NatsBus
from jinn.runtime.callout import Admit, Broker, BrokerClient, Callout
from jinn.runtime.certificates import Authority, Certified
from jinn.runtime.claims import Allowed, subjects_of
from jinn.runtime.collecting import settle_heap
from jinn.runtime.database import open_database
from jinn.runtime.engine import MqttLink, NatsEngine, NatsLink, find_engine
from jinn.runtime.following import follow
from jinn.runtime.http import TOKEN_COOKIE, Admission, Caller, Check, HttpOptions, HttpServer, caller_of
from jinn.runtime.leaf import EXCHANGE, LeafOptions, TrunkOptions, is_home_name, is_near, read_leaf
from jinn.runtime.leaf_trouble import why_away
from jinn.runtime.leash import leashed
from jinn.runtime.listening import BROKER_ACCOUNT, BrokerOptions, LimitedUser, ListenOptions
from jinn.runtime.metrics import Metrics
from jinn.runtime.outbox import OutboxRelay, event
from jinn.runtime.ports import Bus, Database, EventStream, Message, Row, Schema, Seal, Service, Sql, Statement, run_all
from jinn.runtime.problems import Problem, problem_of, status_of
from jinn.runtime.sealing import KeySeal, open_seal
from jinn.runtime.steering import Steering
from jinn.runtime.tracing import RecentSpans, Span, Trace, record_spans, tracer_for
from jinn.runtime.whole_files import keep_file, made_once

__all__ = [
    "BROKER_ACCOUNT",
    "EXCHANGE",
    "TOKEN_COOKIE",
    "Admission",
    "Admit",
    "Allowed",
    "Authority",
    "Broker",
    "BrokerClient",
    "BrokerOptions",
    "Bus",
    "Caller",
    "Callout",
    "Certified",
    "Check",
    "Database",
    "EventStream",
    "HttpOptions",
    "HttpServer",
    "KeySeal",
    "LeafOptions",
    "LimitedUser",
    "ListenOptions",
    "Message",
    "Metrics",
    "MqttLink",
    "NatsBus",
    "NatsEngine",
    "NatsLink",
    "OutboxRelay",
    "Problem",
    "RecentSpans",
    "Row",
    "Schema",
    "Seal",
    "Service",
    "Span",
    "Sql",
    "Statement",
    "Steering",
    "Trace",
    "TrunkOptions",
    "caller_of",
    "event",
    "find_engine",
    "follow",
    "is_home_name",
    "is_near",
    "keep_file",
    "leashed",
    "made_once",
    "open_database",
    "open_seal",
    "problem_of",
    "read_leaf",
    "record_spans",
    "run_all",
    "settle_heap",
    "status_of",
    "subjects_of",
    "tracer_for",
    "why_away",
]
