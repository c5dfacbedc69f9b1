"""Functions that run near the things: WebAssembly and Python, each with only what it was granted."""

from jinn.edge.functions.deploying import Functions, FunctionState
from jinn.edge.functions.http import WireFailure, WireFunction, routes
from jinn.edge.functions.model import (
    FUEL_DEFAULT,
    Ended,
    HomeEvent,
    Manifest,
    Runtime,
    Staged,
    default_memory_kib,
    read_manifest,
)
from jinn.edge.functions.python import PythonWorkshop
from jinn.edge.functions.running import FunctionRunner
from jinn.edge.functions.signing import TrustedKeys, sign
from jinn.edge.functions.store import SCHEMA, FunctionStore
from jinn.edge.functions.unheard import EventNotes
from jinn.edge.functions.wasm import WasmWorkshop

__all__ = [
    "FUEL_DEFAULT",
    "SCHEMA",
    "Ended",
    "EventNotes",
    "FunctionRunner",
    "FunctionState",
    "FunctionStore",
    "Functions",
    "HomeEvent",
    "Manifest",
    "PythonWorkshop",
    "Runtime",
    "Staged",
    "TrustedKeys",
    "WasmWorkshop",
    "WireFailure",
    "WireFunction",
    "default_memory_kib",
    "read_manifest",
    "routes",
    "sign",
]
