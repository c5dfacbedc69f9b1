"""From one form to another: which form is this, what product does it state, and what is lost on the way?"""

from collections.abc import Mapping

from jinn.kernel import Invalid, NotFound, Refused
from jinn.things.forms.comparing import losses_between
from jinn.things.forms.ha import HaForm
from jinn.things.forms.matter import MatterForm
from jinn.things.forms.miot import MiotForm
from jinn.things.forms.model import Exported, Form, Imported, Loss
from jinn.things.forms.reading import Left, Node, decoded
from jinn.things.forms.tsl_form import TslForm
from jinn.things.forms.wot import WotForm
from jinn.things.model import Product
from jinn.things.products import read_product
from jinn.things.values import Json

DOCUMENT_BYTES_MAX = 2_097_152
"""A Thing Description of the largest model is twice as long as the model, whose own limit is a megabyte."""

FORMS: Mapping[str, Form] = {form.name: form for form in (WotForm(), MiotForm(), MatterForm(), HaForm(), TslForm())}
"""By name; asked in this order what a document is."""

_DEPTH_MAX = 32


def export(product: Product, form_name: str, *, address: str | None = None) -> Exported:
    """A product in that form. What it loses is found by reading the document again, so nothing lost is forgotten.

    `address` is the id of the thing that the document is about, when it is about one.

    Raises:
        NotFound: code `no-such-form`.
        Refused: code `form-empty`, when nothing of the product can be said in it.
    """
    form = form_called(form_name)
    written = form.write(product, address or product.product_key)
    try:
        back = read_document(form, written.document).product
    except Invalid as error:
        raise Refused(
            f"Nothing of {product.product_key!r} can be said in {form_name}.", code="form-empty", form=form_name
        ) from error
    losses = losses_between(product, back, written.renamed, form.reasons)
    return Exported(form=form.name, document=written.document, losses=losses)


def read_any(document: bytes, form_name: str | None = None) -> Imported:
    """The product of a document in any form we know, or of a `product.json`.

    Raises:
        NotFound: code `no-such-form`.
        Invalid: `form-too-large`, `form-not-json`, `form-unknown`, `form-malformed`, or a thing model's code.
    """
    if len(document) > DOCUMENT_BYTES_MAX:
        raise Invalid(f"A document has at most {DOCUMENT_BYTES_MAX} bytes.", code="form-too-large")
    tree = decoded(document)
    if form_name is None and isinstance(tree.get("model"), dict) and "product_key" in tree:
        return Imported(form="product", product=read_product(document), losses=())
    form = form_called(form_name) if form_name else _form_of(tree)
    return read_document(form, tree)


def read_document(form: Form, document: dict[str, Json]) -> Imported:
    """The product of a document in that form. Raises `Invalid`."""
    if _depth(document) > _DEPTH_MAX:
        raise Invalid(f"The document is nested more than {_DEPTH_MAX} deep.", code="form-malformed")
    left = Left()
    product = form.read(Node(document, "", left))
    losses = tuple(Loss(path=path, what=what, why=why) for path, what, why in left.notes)
    return Imported(form=form.name, product=product, losses=losses)


def form_called(name: str) -> Form:
    """Raises `NotFound` with code `no-such-form`."""
    form = FORMS.get(name)
    if form is None:
        raise NotFound(f"There is no form {name[:40]!r}; there are {', '.join(FORMS)}.", code="no-such-form")
    return form


def _form_of(document: Mapping[str, Json]) -> Form:
    for form in FORMS.values():
        if form.is_this(document):
            return form
    raise Invalid(
        f"This is none of the forms that are known: {', '.join(FORMS)}, or a product.json.", code="form-unknown"
    )


def _depth(tree: Json) -> int:
    """How deep it is nested; counted without recursion, since strangers write it."""
    depth, level = 0, [tree]
    while level and depth <= _DEPTH_MAX:
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
    return depth
