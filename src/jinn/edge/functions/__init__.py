"""Functions that run near the things: WebAssembly and Python, each with only what it was granted."""

from jinn.edge.functions.deploying import Functions, FunctionState
from jinn.edge.functions.http import routes
from jinn.edge.functions.model import Ended, HomeEvent, Manifest, Staged, read_manifest
from jinn.edge.functions.python import PythonWorkshop
from jinn.edge.functions.running import FunctionRunner
from jinn.edge.functions.signing import TrustedKeys, sign
from jinn.edge.functions.store import SCHEMA, FunctionStore
from jinn.edge.functions.wasm import WasmWorkshop

__all__ = [
    "SCHEMA",
    "Ended",
    "FunctionRunner",
    "FunctionState",
    "FunctionStore",
    "Functions",
    "HomeEvent",
    "Manifest",
    "PythonWorkshop",
    "Staged",
    "TrustedKeys",
    "WasmWorkshop",
    "read_manifest",
    "routes",
    "sign",
]
