"""Does a value fit the thing model? The rules of TSL data types, pure."""

# Half a millionth of a step: what is left of 0.1 + 0.2 - 0.3 in binary.
_ROUNDING = 1e-6


class Unfit(Exception):
    """A value or name that the thing model does not allow; `args[0]` says why."""


class Model:
    """The thing model of one product: what may be set, what is reported, which services there are."""

    def __init__(self, document):
        self.properties = {entry["identifier"]: entry for entry in document["properties"]}
        self.services = {entry["identifier"]: entry for entry in document.get("services", ())}
        self.events = {entry["identifier"]: entry for entry in document.get("events", ())}

    def fit_set(self, params):
        """The values to set, made exact; raises `Unfit` for the first that may not be. All or nothing."""
        if not isinstance(params, dict) or not params:
            raise Unfit("a set names at least one property")
        values = {}
        for identifier, value in params.items():
            entry = self.properties.get(identifier)
            if entry is None:
                raise Unfit(f"{identifier}: there is no such property")
            if entry["accessMode"] != "rw":
                raise Unfit(f"{identifier}: can only be read")
            values[identifier] = fit(entry["dataType"], value, identifier)
        return values

    def fit_call(self, identifier, params):
        """The arguments of a service, made exact; raises `Unfit`."""
        entry = self.services.get(identifier)
        if entry is None:
            raise Unfit(f"{identifier}: there is no such service")
        if params is None:
            params = {}
        if not isinstance(params, dict):
            raise Unfit(f"{identifier}: its arguments are not an object")
        return _fit_fields(entry["inputData"], params, identifier)

    def fit_report(self, identifier, value):
        """A value of our own before it is said; raises `Unfit` when a driver is wrong about its model."""
        entry = self.properties.get(identifier)
        if entry is None:
            raise Unfit(f"{identifier}: there is no such property")
        return fit(entry["dataType"], value, identifier)


def fit(data_type, value, where):
    """`value` in the form its type demands; raises `Unfit`. `where` names it in the reason."""
    kind = data_type["type"]
    specs = data_type.get("specs")
    if kind in ("int", "float", "double"):
        return _fit_number(kind, specs, value, where)
    if kind in ("bool", "enum"):
        return _fit_option(specs, value, where)
    if kind == "text":
        return _fit_text(specs, value, where)
    if kind == "date":
        return _fit_date(value, where)
    if kind == "array":
        return _fit_array(specs, value, where)
    if kind == "struct":
        if not isinstance(value, dict):
            raise Unfit(f"{where}: must be an object")
        return _fit_fields(specs, value, where)
    raise Unfit(f"{where}: its type {kind} is not known")


def _fit_number(kind, specs, value, where):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unfit(f"{where}: must be a number")
    low, high = float(specs["min"]), float(specs["max"])
    # Written so that NaN fails too: it compares false with everything.
    if not low <= value <= high:
        raise Unfit("{}: must be between {} and {}".format(where, specs["min"], specs["max"]))
    step = float(specs.get("step", 0) or 0)
    if step:
        count = (value - low) / step
        if abs(count - round(count)) > _ROUNDING:
            raise Unfit("{}: must be a multiple of {}".format(where, specs["step"]))
    if kind == "int":
        if value != int(value):
            raise Unfit(f"{where}: must be a whole number")
        return int(value)
    return float(value)


def _fit_option(specs, value, where):
    if isinstance(value, bool):
        value = int(value)
    if not isinstance(value, int) or str(value) not in specs:
        raise Unfit("{}: must be one of {}".format(where, ", ".join(sorted(specs))))
    return value


def _fit_text(specs, value, where):
    if not isinstance(value, str):
        raise Unfit(f"{where}: must be text")
    if len(value.encode()) > int(specs["length"]):
        raise Unfit("{}: must not be longer than {} bytes".format(where, specs["length"]))
    return value


def _fit_date(value, where):
    if not isinstance(value, str) or not value.isdigit():
        raise Unfit(f"{where}: must be milliseconds since 1970, as text")
    return value


def _fit_array(specs, value, where):
    if not isinstance(value, list):
        raise Unfit(f"{where}: must be an array")
    if len(value) > int(specs["size"]):
        raise Unfit("{}: must not have more than {} items".format(where, specs["size"]))
    item = specs["item"]
    if "specs" not in item and item["type"] in ("int", "float", "double"):
        # TSL lets the numbers of an array go without limits.
        item = {"type": item["type"], "specs": {"min": "-1e308", "max": "1e308"}}
    elif "specs" not in item and item["type"] == "text":
        item = {"type": "text", "specs": {"length": "10240"}}
    return [fit(item, one, f"{where}[{index}]") for index, one in enumerate(value)]


def _fit_fields(fields, value, where):
    known = {entry["identifier"]: entry["dataType"] for entry in fields}
    for identifier in value:
        if identifier not in known:
            raise Unfit(f"{where}.{identifier}: there is no such field")
    out = {}
    for identifier, data_type in known.items():
        if identifier not in value:
            raise Unfit(f"{where}.{identifier}: is missing")
        out[identifier] = fit(data_type, value[identifier], f"{where}.{identifier}")
    return out
