"""The recorded node, and a scripted server that has it."""

import copy
import json
from pathlib import Path

from jinn.things.matter.testing import ScriptedMatterServer
from jinn.things.values import Json

RECORDED: dict[str, Json] = json.loads((Path(__file__).parents[1] / "recordings/matter_node.json").read_text("utf-8"))
CODE = "34970112332"


def a_node(node_id: int = 1) -> dict[str, Json]:
    return {**copy.deepcopy(RECORDED), "node_id": node_id, "available": True}


def a_server(*node_ids: int) -> ScriptedMatterServer:
    return ScriptedMatterServer(nodes={node_id: a_node(node_id) for node_id in node_ids})
