"""TSL itself as a form: the document as the product came with it."""

from collections.abc import Mapping

import msgspec

from jinn.kernel import Invalid
from jinn.things.forms.model import Written
from jinn.things.forms.reading import Node, decoded
from jinn.things.model import Product
from jinn.things.products import product_from_model
from jinn.things.values import Json


class TslForm:
    """The thing model of Alink devices."""

    name = "tsl"
    reasons: Mapping[str, str] = {
        "product_key": "the document names no product",
        "": "TSL says nothing of it: it stands in product.json",
    }

    def is_this(self, document: Mapping[str, Json]) -> bool:
        return "profile" in document or "functionBlocks" in document or (
            isinstance(document.get("properties"), list) and "type" not in document
        )  # fmt: skip

    def write(self, product: Product, address: str) -> Written:
        document = decoded(product.model.document)
        profile = document.get("profile")
        if not isinstance(profile, dict) or not profile.get("productKey"):
            document = {**document, "profile": {"productKey": product.product_key}}
        return Written(document=document)

    def read(self, node: Node) -> Product:
        whole = {key: node.get(key) for key in node.present()}
        try:
            document = msgspec.json.encode(whole)
        except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
            raise Invalid(f"The document cannot be written as JSON: {error}.", code="form-malformed") from error
        return product_from_model(document)
