"""What moves and what stays, and how both are watched: no business."""

from jinn.runtime.bus import NatsBus
from jinn.runtime.callout import Admit, Broker, BrokerClient, Callout
from jinn.runtime.certificates import Authority, Certified
from jinn.runtime.claims import Allowed, subjects_of
from jinn.runtime.collecting import settle_heap
from jinn.runtime.database import open_database
from jinn.runtime.engine import MqttLink, NatsEngine, NatsLink, find_engine
from jinn.runtime.http import TOKEN_COOKIE, Admission, Caller, Check, HttpOptions, HttpServer, caller_of
from jinn.runtime.leaf import EXCHANGE, LeafOptions, TrunkOptions, is_home_name, is_near, read_leaf
from jinn.runtime.leaf_trouble import why_away
from jinn.runtime.leash import leashed
from jinn.runtime.listening import BROKER_ACCOUNT, BrokerOptions, LimitedUser, ListenOptions
from jinn.runtime.metrics import Metrics
from jinn.runtime.outbox import OutboxRelay, event
from jinn.runtime.ports import Bus, Database, EventStream, Message, Row, Schema, Service, Sql, Statement, run_all
from jinn.runtime.problems import Problem, problem_of, status_of
from jinn.runtime.steering import Steering
from jinn.runtime.tracing import RecentSpans, Span, Trace, record_spans, tracer_for

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
    "is_home_name",
    "is_near",
    "leashed",
    "open_database",
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
