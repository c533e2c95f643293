"""Who speaks: how close the known authors are, and who drifts away after complaining of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from voc.authors import ACTIVE_WEEKS, LEVEL_NAMES, LEVELS, LONGER, QUIET_DAYS, Profile, profiles
from voc.datatypes import Post
from voc.report.conclude import Part, fill
from voc.report.evidence import Evidence
from voc.report.model import Sentence
from voc.report.narration import called
from voc.report.phrases import Phrases

_NAMED = 3  # themes that most of those who drift away complained of


def crowd(evidence: Evidence, words: Phrases) -> tuple[Sentence, ...]:
    """One sentence on the levels of relationship and one on who drifts away; none where no author is known.

    Everything is told of the posts that the run looks at; those left out count for nobody.
    """
    run = evidence.run
    heard: defaultdict[str, list[Post]] = defaultdict(list)
    for post in run.posts:
        if post.author and post.id not in evidence.excluded:
            heard[post.author].append(post)
    if not heard:
        return ()
    found = profiles(run.posts, run.statements, as_of=run.as_of, reasons=evidence.excluded, duplicates=run.duplicates)
    found = [profile for profile in found if profile.author in heard]
    return _levels(evidence, found, heard, words), _drifting(evidence, found, heard, words)


def rules(words: Phrases) -> tuple[str, ...]:
    """What the levels ask for and who counts as drifting away."""
    told = []
    for name, rule in LEVELS.items():
        parts = [words[f"rule.{what}"].format(n=n) for what, n in rule._asdict().items() if n]
        told.append(words["rule.level"].format(label=words[f"level.{name}"], rules=words["say.separator"].join(parts)))
    drifting = words["rule.drifting"].format(weeks=ACTIVE_WEEKS, quiet=QUIET_DAYS, longer=LONGER)
    return words["core.joint"].join(told), drifting


def _levels(evidence: Evidence, found: Sequence[Profile], heard: dict[str, list[Post]], words: Phrases) -> Sentence:
    levels: list[Part] = []
    for name in LEVEL_NAMES:
        posts = [post for profile in found if profile.level == name for post in heard[profile.author]]
        levels += [words["say.level.joint"]] if levels else []
        n = evidence.count_posts("n_people", posts, level=name)
        levels += fill(words["say.level"], label=words[f"level.{name}"], n=n)
    everybody = evidence.count_posts("n_people", [post for posts in heard.values() for post in posts], level="*")
    return Sentence(parts=fill(words["say.levels"], n=everybody, levels=tuple(levels)))


def _drifting(evidence: Evidence, found: Sequence[Profile], heard: dict[str, list[Post]], words: Phrases) -> Sentence:
    gone = [profile for profile in found if profile.is_drifting]
    if not gone:
        return Sentence(parts=(words["say.drifting.none"],))
    by_theme: defaultdict[str, list[Post]] = defaultdict(list)
    for profile in gone:
        for theme, post_ids in profile.about.items():
            by_theme[theme] += [evidence.posts[post_id] for post_id in post_ids]
    figures = {theme: evidence.count_posts("n_people", posts, drifting=theme) for theme, posts in by_theme.items()}
    first = sorted(figures, key=lambda theme: (-figures[theme].value, theme))[:_NAMED]
    names: list[Part] = []
    for theme in first:
        names += [words["say.separator"]] if names else []
        names += fill(words["say.list"], name=called(evidence, theme, words), people=figures[theme])
    n = evidence.count_posts("n_people", [p for profile in gone for p in heard[profile.author]], drifting="*")
    about = fill(words["say.drifting.about"], names=tuple(names)) if names else ()
    return Sentence(parts=fill(words["say.drifting"], n=n, about=about))
