"""Clusters to what people read of them: a name, keywords and exemplars."""

from voc.label.exemplars import exemplars
from voc.label.keywords import keywords
from voc.label.lexicon import vocabulary
from voc.label.naming import OTHER, name_themes

__all__ = ["OTHER", "exemplars", "keywords", "name_themes", "vocabulary"]
