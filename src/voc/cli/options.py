"""Options that several commands share, and what becomes of them: a Reading, a Config."""

from __future__ import annotations

import dataclasses
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from voc.config import Config

if TYPE_CHECKING:
    from voc.api import Reading

Command = TypeVar("Command", bound=Callable[..., Any])

LONGEST_NAME = 60
_JOINER = "\u200d"  # holds emoji together


def fault_of(text: str, *, longest: int = LONGEST_NAME) -> str:
    """What is wrong with a name, or nothing: it has to be one line of characters that are seen as they are.

    >>> fault_of("夜里掉电"), fault_of("a\\u202eb"), fault_of(" ")
    ('', 'has characters that cannot be seen', 'is empty')
    """
    if not text.strip():
        return "is empty"
    if "\n" in text or "\r" in text:
        return "is more than one line"
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for sign in text if sign != _JOINER):
        return "has characters that cannot be seen"
    return f"is longer than {longest} characters" if len(text) > longest else ""


def filled(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse an option that is given, but empty."""
    is_given = context.get_parameter_source(str(parameter.name)) is not ParameterSource.DEFAULT
    if is_given and value is not None and not value.strip():
        raise click.UsageError(f"{parameter.opts[0]} is empty; give a value, or leave it out", context)
    return value


def name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse an option that is given, but no name."""
    if value and (fault := fault_of(value)) and value.strip():
        raise click.BadParameter(f"it {fault}; give another", context, parameter)
    return filled(context, parameter, value)


database = click.argument("db", type=click.Path())
quiet = click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
which_run = click.option(
    "--run", "run_id", metavar="ID", callback=filled, help="A run of `voc runs`; default: the latest."
)
lang = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the report; default: zh."
)
table_format = click.option(
    "--format", "style", type=click.Choice(["table", "json", "csv"]), default="table", help="Default: table."
)

_as_of = click.option(
    "--as-of",
    metavar="DATE",
    help="What '3 days ago' counts back from, and the report speaks for; default: now, the newest post.",
)
_timezone = click.option("--timezone", metavar="NAME", help="Zone of dates without one; default: Asia/Shanghai.")
_reading = (
    click.option(
        "--column", "columns", metavar="FIELD=NAME", multiple=True, help="Column of a field, such as text=评论内容."
    ),
    click.option("--encoding", metavar="NAME", default="", help="Encoding of the files; default: detected."),
    click.option("--keep-pii", is_flag=True, help="Do not mask phones, ids, e-mails, chat ids, addresses, names."),
    click.option("--keep-authors", is_flag=True, help="Keep author names instead of salted hashes."),
)
_settings = (
    click.option("--config", "file", type=click.Path(), metavar="FILE", help="Settings from a TOML file."),
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        help="Any setting (see the README); wins over the file.",
    ),
    click.option(
        "--model",
        metavar="NAME",
        help="use, use-paraphrase, lexical, e5, e5-paraphrase, or a sentence-transformers model on this machine.",
    ),
    click.option("--seed", type=int, metavar="N", help="Seed of everything random; default: 0."),
    click.option("--user-dict", type=click.Path(), metavar="FILE", help="Words to keep whole, one a line."),
    click.option("--values", metavar="FILE", help="Taxonomy of value and cost instead of the one shipped; none: none."),
    click.option("--stopwords", type=click.Path(), metavar="FILE", help="Stop words instead of the list shipped."),
)
_window = (
    click.option("--window", metavar="LENGTH", help="Look at the last 7d, 2w, month; default: at everything."),
    click.option("--since", metavar="DATE", help="First day of the window."),
    click.option("--until", metavar="DATE", help="Last day of the window; the same as --as-of."),
)
_llm = (
    click.option("--llm", metavar="URL", help="OpenAI-compatible server that names themes; quotes are sent there."),
    click.option("--llm-model", metavar="NAME", help="Its model; a key is read from the variable VOC_LLM_KEY."),
)


def _stack(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


reading_options = _stack(*_reading, _as_of, _timezone)
config_options = _stack(*_settings, _as_of, _timezone)
all_options = _stack(*_reading, *_settings, _as_of, _timezone)
llm_options = _stack(*_llm)
settings_options = _stack(*_settings, _timezone)
window_options = _stack(*_window)


def reading_of(options: Mapping[str, Any]) -> Reading:
    """The Reading that `reading_options` describe."""
    from voc.api import Reading

    return Reading(
        columns=pairs(options["columns"], "--column"),
        encoding=options["encoding"],
        as_of=options["as_of"] or "",
        timezone=options["timezone"] or Config().timezone,
        keep_pii=options["keep_pii"],
        keep_authors=options["keep_authors"],
        stdin=sys.stdin.buffer,
    )


def config_of(options: Mapping[str, Any]) -> Config:
    """The Config that `config_options` describe: the file, then --set, then the options with a name of their own."""
    settings = {name: _typed(name, text) for name, text in pairs(options["settings"], "--set").items()}
    named = {name: options.get(name) for name in _NAMED} | _windowed(options)
    return Config.load(
        options["file"], **settings | {name: value for name, value in named.items() if value is not None}
    )


def _windowed(options: Mapping[str, Any]) -> dict[str, object]:
    """The settings that --window, --since and --until stand for."""
    since, until, window = (options.get(name) for name in ("since", "until", "window"))
    as_of = options.get("as_of")
    if until and as_of:
        raise click.UsageError("--until and --as-of say the same; give one of them")
    until = until or as_of
    if not since:
        return {"as_of": until, "window": window}
    if window or not until:
        raise click.UsageError("--since goes with --until, and --window stands for both")
    from voc.api import days_between

    days = days_between(since, until, options["timezone"] or Config().timezone)
    return {"as_of": until, "window": f"{days}d"}


_NAMED = ("timezone", "model", "seed", "user_dict", "stopwords", "values", "llm", "llm_model")


def pairs(values: tuple[str, ...], option: str) -> dict[str, str]:
    """What NAME=VALUE options say. Raises: UsageError if one is not of that form."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not (name and equals):
            raise click.UsageError(f"{option} {value}: expected NAME=VALUE")
        found[name.strip()] = text
    return found


def _typed(name: str, text: str) -> object:
    """The value a setting's type makes of a text; the text itself where that fails, for Config to refuse."""
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Config)}
    try:
        return _READERS[kinds.get(name, str)](text)
    except (ValueError, KeyError):
        return text


_READERS: Mapping[type, Callable[[str], object]] = {
    bool: lambda text: {"true": True, "false": False}[text.lower()],
    int: int,
    float: float,
    str: str,
}
