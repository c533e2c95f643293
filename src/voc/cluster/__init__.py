"""Vectors to groups: fine themes by average linkage, coarse areas by graph communities."""

from voc.cluster.areas import cluster_areas, name_areas
from voc.cluster.linkage import cluster_themes
from voc.cluster.space import ThemeSpace, blend, pool

__all__ = ["ThemeSpace", "blend", "cluster_areas", "cluster_themes", "name_areas", "pool"]
