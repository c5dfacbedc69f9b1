"""The driver for any model plays every reference product, and never says what its model forbids."""

import json
from pathlib import Path

import pytest
from jinn_os.boards.sim_model import board_of
from jinn_os.tsl import Model

ROOT = Path(__file__).resolve().parents[3]
MODELS = {
    path.parent.name: json.loads(path.read_text("utf-8"))["model"]
    for path in sorted(ROOT.glob("products/*/product.json"))
}


@pytest.mark.parametrize("folder", MODELS)
def test_every_value_fits_its_model_for_a_day(folder: str) -> None:
    model, board = Model(MODELS[folder]), board_of(MODELS[folder])({})
    for dt_s in [0.1, 10.0, 60.0, 3600.0] * 24:
        board.step(dt_s)
        assert set(board.read()) == set(model.properties)
        for name, value in board.read().items():
            model.fit_report(name, value)
