"""Clusters to what people read of them: a name, keywords and exemplars."""

from voc.label.exemplars import exemplars
from voc.label.keywords import keywords
from voc.label.naming import name_themes

__all__ = ["exemplars", "keywords", "name_themes"]
