"""What a language model wrote, if one was asked: its mark, and what the method says about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from voc.report.evidence import Evidence
from voc.report.phrases import Phrases


def mark(evidence: Evidence, theme_id: str, words: Phrases) -> str:
    """The sign that follows a name or a story by a language model; empty for all others."""
    return words["mark.llm"] if theme_id in evidence.worded else ""


def called(evidence: Evidence, theme_id: str, words: Phrases) -> str:
    """The name of a theme with its mark, as it is shown."""
    return evidence.themes[theme_id].name + mark(evidence, theme_id, words)


def narration(evidence: Evidence, words: Phrases) -> Iterator[str]:
    """Which model wrote how much, and why the rest was not used; nothing where none was asked."""
    run = evidence.run
    if not run.wordings:
        return
    yield words["llm.asked"].format(
        model=run.config.get("llm_model", ""), n=len(evidence.worded), total=len(run.wordings), mark=words["mark.llm"]
    )
    reasons = Counter(wording.problem for wording in run.wordings if wording.problem)
    if reasons:
        told = [
            words["llm.reason"].format(reason=words.get(f"llm.{reason}", reason), n=n)
            for reason, n in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        yield words["llm.kept"].format(n=reasons.total(), reasons=words["say.separator"].join(told))
