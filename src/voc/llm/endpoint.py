"""A server that speaks the OpenAI chat protocol, asked one thing at a time and never trusted."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from voc.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from httpx2 import Response

KEY_VARIABLE = "VOC_LLM_KEY"
MOST_BYTES = 65_536  # of a reply, far more than an answer needs
_MISUNDERSTOOD = (400, 422)  # what servers say to a field they do not know
# What is asked for beside the chat, from the best to what every server knows; ... stands for the tokens of an answer.
_DIALECTS: tuple[Mapping[str, Any], ...] = (
    {"max_tokens": ..., "temperature": 0, "seed": 0, "response_format": {"type": "json_object"}},
    {"max_tokens": ..., "temperature": 0, "seed": 0},
    {"max_completion_tokens": ...},
)

Messages = Sequence[Mapping[str, str]]


class NoAnswer(Exception):
    """The server gave none; the message says why in a few words, and neither address nor key."""


class Endpoint:
    """One model behind one address; the key is read from the environment when it is needed, and kept nowhere.

    Redirects are not followed and proxies of the environment are not used: what is sent goes to this address only.
    """

    def __init__(self, url: str, model: str, *, answer_tokens: int) -> None:
        try:
            import httpx2  # noqa: F401 # missing it is told before the minutes of an analysis, not after
        except ImportError as error:
            raise MissingExtra("a language model (--llm)", "llm") from error
        _headers()
        self._url = url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self._model = model
        self._answer_tokens = answer_tokens
        self._dialect = 0

    def ask(self, messages: Messages, *, seconds: float) -> str:
        """What the model says. Raises: NoAnswer, after `seconds` at the latest but for what is on its way."""
        deadline = monotonic() + seconds
        for n in range(self._dialect, len(_DIALECTS)):
            status, body = self._post(self._request(messages, _DIALECTS[n]), deadline)
            if status not in _MISUNDERSTOOD:
                break
        if status != 200:
            raise NoAnswer(f"HTTP {status}")
        self._dialect = n
        return _content(body)

    def _request(self, messages: Messages, dialect: Mapping[str, Any]) -> bytes:
        more = {name: self._answer_tokens if value is ... else value for name, value in dialect.items()}
        return json.dumps({"model": self._model, "messages": list(messages), "stream": False, **more}).encode()

    def _post(self, request: bytes, deadline: float) -> tuple[int, bytes]:
        import httpx2

        seconds = max(deadline - monotonic(), 0.001)
        try:
            with httpx2.stream(
                "POST",
                self._url,
                content=request,
                headers=_headers(),
                timeout=seconds,
                follow_redirects=False,
                trust_env=False,
            ) as response:
                return response.status_code, _bounded(response, deadline)
        except httpx2.TimeoutException:
            raise NoAnswer("timed out") from None
        except (httpx2.ConnectError, httpx2.InvalidURL):
            raise NoAnswer("not reached") from None
        except httpx2.HTTPError:
            raise NoAnswer("broke off") from None


def _headers() -> dict[str, str]:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(f"the environment variable {KEY_VARIABLE} holds characters that no key has; set it again")
    told = {"Authorization": f"Bearer {key}"} if key else {}
    kind = "application/json"
    return told | {"Content-Type": kind, "Accept": kind, "Accept-Encoding": "identity", "User-Agent": "voc"}


def _bounded(response: Response, deadline: float) -> bytes:
    body = b""
    for chunk in response.iter_raw():  # as it came: what is packed grows without bound when it is unpacked
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswer("answered too much")
        if monotonic() > deadline:
            raise NoAnswer("timed out")
    return body


def _content(body: bytes) -> str:
    """The text in a reply of the protocol; half characters become U+FFFD, since no one can store them."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, LookupError, TypeError):
        content = None
    if not isinstance(content, str):
        raise NoAnswer("no chat completion")
    return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
