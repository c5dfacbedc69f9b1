"""Which model runs on which box, and how requests find it."""

from jinn.edge.placement.crew import Crew, worker_subjects
from jinn.edge.placement.model import Box, BoxKind, Need, Placing, latency_ms, plan
from jinn.edge.placement.ports import Models

__all__ = ["Box", "BoxKind", "Crew", "Models", "Need", "Placing", "latency_ms", "plan", "worker_subjects"]
