"""What moves satisfaction: people and their ratings -> the star gap and the contribution of each theme, and hints.

Everything is counted over people who gave a rating (the mean of theirs, where they gave several): a person weighs the
same with one post or fifty. What a theme goes with is not what it causes, and the words of a report say so.

The **star gap** of a theme is the mean rating of the people who mention it less that of the others, with the interval
of Welch (Biometrika 1947). The variance of few people is drawn towards that of all themes, as by Smyth (Statistical
Applications in Genetics and Molecular Biology 2004): five people who agree by chance do not make it nought.

Nearly everyone who complains gives few stars, whatever about: the gaps of all problems look the same. The
**contribution** therefore comes from a ridge regression (Hoerl & Kennard, Technometrics 1970) in which complaining at
all, praising at all and the source are told apart from what is said (`voc.satisfaction.regression`). `excess` is how
many stars a theme goes with beyond that, and is drawn towards nought where people are few, so that a small theme
counts as an ordinary complaint. Were a theme not there, those who complain of nothing else would not complain; the
contribution is what the mean rating of all people has by it: negative where a theme costs stars.

A **Kano hint** for an aspect (an area of themes) comes from the penalty-reward contrast (Brandt 1988; Matzler &
Sauerwein, International Journal of Service Industry Management 2002): stars that complaints about it cost, beside stars
that praise of it brings. It is no Kano classification, which needs paired questions (Kano et al. 1984).
"""

from voc.satisfaction.aspects import Aspect, Hint
from voc.satisfaction.drive import Driver, Drivers, Reason, drivers
from voc.satisfaction.regression import CONFIDENCE, Estimate

__all__ = ["CONFIDENCE", "Aspect", "Driver", "Drivers", "Estimate", "Hint", "Reason", "drivers"]
