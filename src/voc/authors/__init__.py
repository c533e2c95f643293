"""Who speaks: for each author how much, since when, of what, and what came of it; how close they are; who drifts away.

Everything is told from posts and statements and is relative to the moment an analysis speaks for, never to the clock.
Posts without author have no profile. What was left out as an advert or hired praise is counted and makes no activity.

- **Levels** of relationship come from activity by a declared table, `LEVELS`: recency and frequency as in the models of
  direct marketing (RFM: Bult & Wansbeek, Marketing Science 1995), breadth in place of money. The first rule that holds
  gives the level; without dates no more than ``faint`` can be told.
- **Drifting** is who was active in `ACTIVE_WEEKS` weeks or more, complained within the week up to the last post, and
  has been quiet since for `QUIET_DAYS` or more and for `LONGER` times as long as ever before. Compared with their own
  rhythm, who writes seldom is not gone after a month. Of people who post at random (a Poisson process) with n gaps
  between their posts, 1 / C(n + 3, 3) are silent that long, one in twenty at n = 3: gaps and last silence are
  exchangeable (uniform spacings, Pyke 1965).
- **Accepted** are themes that somebody asked for before a team took them up (planned, in progress, shipped). The
  **response** to a release is the last thing that somebody who had asked said of the theme since: praise, or again a
  complaint; else silence.
- **Barred** from the core are accounts with more than one post in ten an advert or hired praise (``adverts``), with
  half of them or more a text that more than three accounts posted (``campaign``), and with five posts or more, more
  than six in ten of them on one theme (``one theme``).
"""

from voc.authors.invite import CORE_SIGNALS, Invitation, invite
from voc.authors.profile import Profile, profiles
from voc.authors.response import TakenUp
from voc.authors.rules import ACTIVE_WEEKS, LEVEL_NAMES, LEVELS, LONGER, QUIET_DAYS, Level

__all__ = [
    "ACTIVE_WEEKS",
    "CORE_SIGNALS",
    "LEVELS",
    "LEVEL_NAMES",
    "LONGER",
    "QUIET_DAYS",
    "Invitation",
    "Level",
    "Profile",
    "TakenUp",
    "invite",
    "profiles",
]
