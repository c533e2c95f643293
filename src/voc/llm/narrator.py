"""Themes worded by a language model, the most important first, within limits of tokens, time and patience."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Protocol

from voc.datatypes import Statement, Theme, Wording, content_id
from voc.llm.answer import Answer, Refused, read_answer
from voc.llm.endpoint import Endpoint, NoAnswer
from voc.llm.prompt import Quote, messages, quotes_of

Progress = Callable[[int, int], None]

MOST_THEMES = 20
ANSWER_TOKENS = 400
_PATIENCE = 3  # calls without an answer in a row


class AnswerCache(Protocol):
    """Remembers what models said; `key` is a content hash of everything the model was told."""

    def get(self, model: str, key: str) -> str | None: ...

    def put(self, model: str, key: str, answer: str) -> None: ...


class Narrator:
    """Asks an OpenAI-compatible server to name themes and to write their user stories.

    `tokens` bounds what a run may cost: a character sent counts as one, an answer as `ANSWER_TOKENS`. An answer from
    the cache counts too, so that a run stops at the same theme when it is repeated. `seconds` bounds one call,
    `total_seconds` all of them. The key is read from the environment variable VOC_LLM_KEY.

    Raises: MissingExtra without the client, ConfigError for a key that cannot be one.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        tokens: int = 50_000,
        seconds: float = 60.0,
        total_seconds: float = 900.0,
        cache: AnswerCache | None = None,
    ) -> None:
        self._endpoint = Endpoint(url, model, answer_tokens=ANSWER_TOKENS)
        self._model = model
        self._cache = cache
        self._tokens = tokens
        self._seconds = seconds
        self._total_seconds = total_seconds

    def __call__(
        self,
        themes: Sequence[Theme],
        statements: Iterable[Statement],
        *,
        ranked: Sequence[str],
        progress: Progress | None = None,
    ) -> tuple[list[Theme], list[Wording]]:
        """The themes, those renamed for which the model found a good name, and a Wording for each of the first ranked.

        `ranked` are ids of themes, the most important first. No two themes get the same name.
        """
        by_id = {theme.id: theme for theme in themes}
        said = {statement.id: statement for statement in statements}
        asked = ranked[:MOST_THEMES]
        session = _Session(self._tokens, monotonic() + self._total_seconds)
        wordings = []
        for n, theme_id in enumerate(asked):
            theme = by_id[theme_id]
            taken = {other.name for other in by_id.values()} - {theme.name}
            wording = self._word(theme, quotes_of(theme, said), taken, session)
            by_id[theme_id] = replace(theme, name=wording.name)
            wordings.append(wording)
            if progress:
                progress(n + 1, len(asked))
        return [by_id[theme.id] for theme in themes], wordings

    def _word(self, theme: Theme, quotes: Mapping[str, Quote], taken: set[str], session: _Session) -> Wording:
        try:
            answer = self._answer(quotes, session)
            if answer.name in taken:
                raise Refused("name of another theme")
        except (NoAnswer, Refused) as problem:
            return Wording(theme_id=theme.id, name=theme.name, built_name=theme.name, problem=str(problem))
        cites = tuple(quotes[key].statement_id for key in answer.cites)
        return Wording(theme_id=theme.id, name=answer.name, built_name=theme.name, story=answer.story, cites=cites)

    def _answer(self, quotes: Mapping[str, Quote], session: _Session) -> Answer:
        chat = messages(quotes)
        session.spend(sum(len(message["content"]) for message in chat) + ANSWER_TOKENS)
        key = content_id("a", self._model, *(message["content"] for message in chat))
        reply = self._cache.get(self._model, key) if self._cache else None
        if reply is None:
            reply = session.within_limits(lambda left: self._endpoint.ask(chat, seconds=min(left, self._seconds)))
            if self._cache:
                self._cache.put(self._model, key, reply)
        return read_answer(reply, quotes)


class _Session:
    """What is left of the limits within one run."""

    def __init__(self, tokens: int, deadline: float) -> None:
        self._tokens = tokens
        self._deadline = deadline
        self._failures = 0

    def spend(self, tokens: int) -> None:
        self._tokens -= tokens  # below nought it stays there: what follows matters less
        if self._tokens < 0:
            raise NoAnswer("no tokens left")

    def within_limits(self, ask: Callable[[float], str]) -> str:
        left = self._deadline - monotonic()
        if self._failures >= _PATIENCE:
            raise NoAnswer("given up")
        if left <= 0:
            raise NoAnswer("no time left")
        try:
            reply = ask(left)
        except NoAnswer:
            self._failures += 1
            raise
        self._failures = 0
        return reply


def told(wordings: Sequence[Wording]) -> str:
    """One line on the themes that keep their own names, and why; empty where there is none.

    >>> told([Wording(theme_id="t-1", name="支持横屏", built_name="支持横屏", problem="not JSON")])
    'llm: 1 of 1 themes keep their built names: not JSON (1)'
    """
    reasons = Counter(wording.problem for wording in wordings if wording.problem)
    listed = ", ".join(f"{reason} ({n})" for reason, n in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
    return f"llm: {reasons.total()} of {len(wordings)} themes keep their built names: {listed}" if reasons else ""
