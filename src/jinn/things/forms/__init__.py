"""One thing model, everything out: products in other ecosystems' forms, and back, with every loss named."""

from jinn.things.forms.converting import FORMS, export, form_called, read_any
from jinn.things.forms.model import Exported, Imported, Loss

__all__ = ["FORMS", "Exported", "Imported", "Loss", "export", "form_called", "read_any"]
