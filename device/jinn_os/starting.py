"""What does a thing's settings file ask for? Reads it with the product, chooses the driver, and makes the appliance."""

import json
import sys

from jinn_os.appliance import Appliance

_NEEDED = ("host", "port", "product", "product_key", "device_name")


def read_appliance(path, is_booted):
    """The thing of the settings file at `path`. Raises OSError, ValueError, ImportError, KeyError for wrong settings.

    `is_booted`: `boot.py` has chosen this program, so that it may be replaced by a newer one.
    """
    with open(path) as file:
        settings = json.load(file)
    folder = path[: path.rfind("/") + 1]
    missing = [key for key in _NEEDED if key not in settings]
    if "device_secret" not in settings and not ("product_secret" in settings and "flash" in settings):
        missing.append("device_secret (or product_secret and flash)")
    if missing:
        raise ValueError("{} missing".format(", ".join(missing)))

    def beside(path):
        """Paths in the settings count from the folder of the settings file."""
        return path if path.startswith("/") else folder + path

    product = read_product(beside(settings["product"]))
    updater = _updates(settings, folder, product) if is_booted and "flash" in settings else None
    return Appliance(settings, beside, product, board_class(settings, product, beside), updater)


def read_product(path):
    """What a thing needs of its product: not its names, which are for people and would take 5 kB."""
    with open(path) as file:
        document = json.load(file)
    return {key: document[key] for key in ("kind", "model", "update_key") if key in document}


def board_class(settings, product, beside):
    """The driver's class: `Board` of the file that the settings name, else of the simulation of that kind.

    The driver `model` simulates whatever its model says; so does a kind of which there is no simulation.
    """
    if settings.get("driver_process"):
        from jinn_os.isolating import isolated

        path = beside(settings["driver"]) if "driver" in settings else _simulation(product["kind"])
        return lambda initial: isolated(settings, path, initial)
    if "driver" not in settings:
        try:
            return __import__("jinn_os.boards.sim_" + product["kind"], None, None, ("Board",)).Board
        except ImportError:
            settings["driver"] = "model"
    if settings["driver"] == "model":
        from jinn_os.boards.sim_model import board_of

        return board_of(product["model"])
    if settings["driver"].startswith("jinn_os."):
        made = __import__(settings["driver"], None, None, ("Board",)).Board
    else:
        made = _driver_of(beside(settings["driver"]))
    if "grants" not in settings:
        return made
    from jinn_os.hardware.granting import grant_all, open_board

    granted = grant_all(open_board(settings.get("board", "sim")), settings["grants"])
    return lambda initial: made(initial, granted)


def _driver_of(path):
    slash = path.rfind("/")
    folder = path[:slash] if slash > 0 else "."
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return __import__(path[slash + 1 :].replace(".py", ""), None, None, ("Board",)).Board


def _simulation(kind):
    here = __file__
    return here[: here.rfind("/") + 1] + f"boards/sim_{kind}.py"


def _updates(settings, folder, product):
    # Here, so that a thing without slots does not pay for it with memory.
    from jinn_os.update.updating import open_updater

    return lambda *of_appliance: open_updater(settings, folder, product, *of_appliance)
