"""What a form is: one way of writing down a product, and what does not survive it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jinn.things.forms.reading import Node
from jinn.things.model import Product
from jinn.things.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One thing that a document does not carry over.

    Attributes:
        path: where: of a product when it was written, of the document when it was read.
        what: what became of it.
        why: which limit of the form is to blame.
    """

    path: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A document, and what it calls otherwise.

    Attributes:
        renamed: path of a member (`properties.PowerSwitch`) → the identifier that a reader will give it.
    """

    document: dict[str, Json]
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A product in one form, and all that a reader of the document would not get back."""

    form: str
    document: dict[str, Json]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The product that a document states, and all of the document that no product can say."""

    form: str
    product: Product
    losses: tuple[Loss, ...]


class Form(Protocol):
    """One way of writing down a product."""

    name: str

    reasons: Mapping[str, str]
    """Why something is lost: the first word whose letters are in its path decides; "" is the rest."""

    def is_this(self, document: Mapping[str, Json]) -> bool:
        """Whether a document looks like one of this form."""
        ...

    def write(self, product: Product, address: str) -> Written:
        """The product in this form; `address` is the id of the thing that it is about, for its topics and paths.

        Raises:
            Refused: code `form-empty`, when nothing of it can be said.
        """
        ...

    def read(self, node: Node) -> Product:
        """The product of a document; what it leaves is told to the node. Raises `Invalid`."""
        ...
