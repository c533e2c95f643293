"""Problem or wish -> which value falls short for the customer, and what it costs them, by an editable taxonomy.

The classes are Kotler's: product, service, personnel and image value against monetary, time, psychic and energy cost
(Kotler & Keller, Marketing Management, "customer perceived value"), and the cost of use beside them.
"""

from voc.values.classifier import ValueClassifier, Verdict
from voc.values.taxonomy import ValueTaxonomy, load_values
from voc.values.training import train

__all__ = ["ValueClassifier", "ValueTaxonomy", "Verdict", "load_values", "train"]
