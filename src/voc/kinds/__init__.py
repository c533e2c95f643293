"""Statement to kind (request, need, problem, question, praise, other) and polarity, each with a reason to show.

Declared patterns come first (`patterns`): they carry over to products never seen. A small linear model (`model`) weighs
them together with character n-grams and, where there are any, sentence vectors; `training` makes it anew. Beside it a
small transformer reads the statement, up to 128 tokens of it (`reader`), and the `classifier` hears both.
"""

from voc.kinds.classifier import KindClassifier
from voc.kinds.explanation import Explanation, explain
from voc.kinds.judgement import Judgement
from voc.kinds.patterns import PATTERNS, Pattern

__all__ = ["PATTERNS", "Explanation", "Judgement", "KindClassifier", "Pattern", "explain"]
