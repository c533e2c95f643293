"""What users said, word for word: a few quotes to read at once, and all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from voc.datatypes import Statement, Theme
from voc.report.evidence import Evidence, safe_url
from voc.report.model import Quote
from voc.report.phrases import Phrases

_MAX_QUOTES = 5
_FEW_QUOTES = 3
_QUOTABLE = range(8, 81)


def choose_quotes(
    evidence: Evidence, theme: Theme, statements: Sequence[Statement], words: Phrases
) -> tuple[Quote, ...]:
    """Exemplars first, then others of a length that reads well until there are a few; one per person and text."""
    exemplars = [evidence.statements[statement_id] for statement_id in theme.exemplars]
    others = sorted(statements, key=lambda s: (len(s.text) not in _QUOTABLE, s.id))
    chosen: list[Statement] = []
    for candidates, enough in ((exemplars, _MAX_QUOTES), (others, _FEW_QUOTES)):
        for statement in candidates:
            fresh = all(statement.text != s.text and statement.person != s.person for s in chosen)
            if fresh and len(chosen) < enough:
                chosen.append(statement)
    return tuple(_quote(evidence, [statement], words) for statement in chosen)


def cited_quotes(evidence: Evidence, statement_ids: Sequence[str], words: Phrases) -> tuple[Quote, ...]:
    """Statements that were given as grounds, in the order given."""
    return tuple(_quote(evidence, [evidence.statements[statement_id]], words) for statement_id in statement_ids)


def _quote(evidence: Evidence, statements: Sequence[Statement], words: Phrases) -> Quote:
    post = evidence.posts[statements[0].post_id]
    return Quote(
        post_id=post.id,
        texts=tuple(statement.text for statement in statements),
        source=post.source or words["no_source"],
        date=evidence.local_date(post.posted_at),
        rating=post.rating,
        url=safe_url(post.url),
    )


def every_quote(evidence: Evidence, statements: Sequence[Statement], words: Phrases) -> tuple[Quote, ...]:
    """Every post of a theme with what it says about it, newest first."""
    by_post: dict[str, list[Statement]] = defaultdict(list)
    for statement in sorted(statements, key=lambda s: (s.position, s.id)):
        by_post[statement.post_id].append(statement)
    ids = sorted(sorted(by_post), key=lambda post_id: evidence.posts[post_id].posted_at, reverse=True)
    return tuple(_quote(evidence, by_post[post_id], words) for post_id in ids)
