"""What things were: a series for each property, thinned by age, asked for by chart, voice and rules."""

from jinn.things.history.happening import Happening, Happenings
from jinn.things.history.model import ONLINE, Kind, Point, Sample, Series, kind_of
from jinn.things.history.reading import History
from jinn.things.history.thinning import Thinner

__all__ = ["ONLINE", "Happening", "Happenings", "History", "Kind", "Point", "Sample", "Series", "Thinner", "kind_of"]
