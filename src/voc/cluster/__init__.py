"""Vectors to groups: fine themes by average linkage, coarse areas by graph communities, named by a taxonomy."""

from voc.cluster.areas import cluster_areas, name_areas
from voc.cluster.linkage import CONTEXT_THRESHOLD, THRESHOLD, cluster_themes, join_themes
from voc.cluster.space import ThemeSpace, add_words, blend, pool
from voc.cluster.taxonomy import Area, Taxonomy, load_taxonomy, read_taxonomy

__all__ = [
    "CONTEXT_THRESHOLD",
    "THRESHOLD",
    "Area",
    "Taxonomy",
    "ThemeSpace",
    "add_words",
    "blend",
    "cluster_areas",
    "cluster_themes",
    "join_themes",
    "load_taxonomy",
    "name_areas",
    "pool",
    "read_taxonomy",
]
