"""Are our products valid Thing Descriptions? Run with the W3C's schema, which the project does not carry:

PYTHONPATH=src python tools/check_wot.py td-json-schema-validation.json
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft7Validator

from jinn.things.forms import export, read_any

PRODUCTS = Path(__file__).resolve().parents[1] / "products"


def main() -> int:
    """The count of products that are none."""
    validator = Draft7Validator(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    wrong = 0
    for path in sorted(PRODUCTS.glob("*/product.json")):
        document = export(read_any(path.read_bytes()).product, "wot").document
        problems = [problem.message for problem in validator.iter_errors(document)]
        sys.stdout.write(f"{path.parent.name}: {'valid' if not problems else '; '.join(problems)}\n")
        wrong += bool(problems)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
