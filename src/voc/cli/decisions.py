"""Commands for what a team decides: theme rename, merge, split, move, pin, mute, note, undo; status; release."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.cli.browse import find_theme
from voc.cli.output import Row, emit, emit_rows, warn
from voc.errors import InputError

if TYPE_CHECKING:
    from voc.datatypes import Action, Decision, Run, Theme
    from voc.store import Store

STATUSES = ("new", "planned", "in-progress", "shipped", "declined")


def acts(command: Callable[..., None]) -> Callable[..., None]:
    """Options of a command that records what somebody did."""
    command = click.option("--at", metavar="TIME", default="", help="When it was decided (ISO); default: now.")(command)
    told = "Who decided; default: the user of this machine."
    return click.option("--who", metavar="NAME", default="", callback=options.name, help=told)(command)


def _address(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    value = options.filled(context, parameter, value)
    is_one = value and re.fullmatch(r"https?://\S+", value, re.IGNORECASE)
    if value and (not is_one or options.fault_of(value, longest=2000)):
        raise click.BadParameter("it is no address such as https://example.com/1", context, parameter)
    return value


@click.group()
def theme() -> None:
    """Decisions about themes, kept as they are made and done again in every later analysis."""


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@click.argument("name")
@acts
def rename(db: str, wanted: str, name: str, who: str, at: str) -> None:
    """Call THEME by another NAME from now on.

    THEME, here and elsewhere, is its name, its id or the beginning of its id.
    """
    with _Desk(db) as desk:
        found = desk.find(wanted)
        if name == found.name:
            raise InputError(f"{found.id} is called {name} already; give it another name")
        desk.decide("rename", [found], who, at, name=desk.new_name(name))


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@click.argument("others", metavar="OTHER...", nargs=-1, required=True)
@acts
def merge(db: str, wanted: str, others: Sequence[str], who: str, at: str) -> None:
    """Count what OTHER themes say as said of THEME, which keeps its id and name."""
    with _Desk(db) as desk:
        found = [desk.find(one) for one in (wanted, *others)]
        if len({one.id for one in found}) < len(found):
            raise InputError("a theme cannot be merged with itself; name different ones")
        desk.decide("merge", found, who, at)


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@click.option(
    "--query", metavar="WORDS", default="", callback=options.filled, help="Statements that hold all of these words."
)
@click.option("--statement", "picked", metavar="ID", multiple=True, help="A statement of `voc show`; may be repeated.")
@click.option("--name", default="", callback=options.name, help="Name of the part; may be left out with --query.")
@acts
def split(db: str, wanted: str, query: str, picked: Sequence[str], name: str, who: str, at: str) -> None:
    """Make a theme of its own of some statements of THEME.

    They are chosen by words, or picked one by one. What is said later goes the same way: by the words, or to the part
    whose statements it resembles more.
    """
    from voc import decide

    if bool(query.strip()) == bool(picked):
        raise click.UsageError("give either --query or --statement")
    with _Desk(db) as desk:
        found = desk.find(wanted)
        members = [s for s in desk.run.statements if s.theme_id == found.id]
        if query:
            words = desk.plain(query)
            chosen = [s.id for s in members if decide.holds(s.norm, words)]
            arguments: dict[str, Any] = {"query": words, "name": desk.new_name(name or f"{found.name}（{words}）")}
        else:
            chosen = [_statement(one, [s.id for s in members]) for one in picked]
            arguments = {**decide.picked(members, chosen), "name": desk.new_name(name)}
        if not 0 < len(set(chosen)) < len(members):
            raise InputError(f"this would move {len(set(chosen))} of {len(members)} statements; choose some, not all")
        desk.decide("split", [found], who, at, **arguments)


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@click.argument("area")
@acts
def move(db: str, wanted: str, area: str, who: str, at: str) -> None:
    """Put THEME into another AREA."""
    with _Desk(db) as desk:
        desk.decide("move", [desk.find(wanted)], who, at, area=_named(area))


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@acts
def pin(db: str, wanted: str, who: str, at: str) -> None:
    """Keep THEME first in the report, whatever its score."""
    with _Desk(db) as desk:
        desk.decide("pin", [desk.find(wanted)], who, at)


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@acts
def mute(db: str, wanted: str, who: str, at: str) -> None:
    """Leave THEME out of the suggestions; it is still counted, and listed in the report."""
    with _Desk(db) as desk:
        desk.decide("mute", [desk.find(wanted)], who, at)


@theme.command()
@options.database
@click.argument("wanted", metavar="THEME")
@click.argument("text")
@acts
def note(db: str, wanted: str, text: str, who: str, at: str) -> None:
    """Write TEXT beside THEME in every report."""
    if not text.strip():
        raise InputError("the text is empty; give one")
    with _Desk(db) as desk:
        desk.decide("note", [desk.find(wanted)], who, at, text=text)


@theme.command()
@options.database
@click.argument("number", type=int, required=False)
@acts
def undo(db: str, number: int | None, who: str, at: str) -> None:
    """Take back decision NUMBER of `voc theme log`; default: the last one in force.

    An undo can be taken back too, by its own number.
    """
    from voc import decide

    with _Desk(db) as desk:
        decisions = desk.store.decisions()
        in_force = [decision.number for decision in decide.in_force(decisions)]
        undone = decide.undone_by(decisions)
        chosen = number if number is not None else max(in_force, default=0)
        taken = next((decision for decision in decisions if decision.number == chosen), None)
        if taken is None:
            raise InputError(f"there is no decision {chosen}; list them with: voc theme log DB")
        if chosen in undone:
            raise InputError(f"decision {chosen} is taken back by {undone[chosen]} already; undo that one instead")
        desk.record("undo", taken.themes, taken.names, who, at, number=chosen)


@theme.command("log")
@options.database
@options.table_format
def list_decisions(db: str, style: str) -> None:
    """Everything that was decided, by whom and when, and what became of it in the latest run."""
    from voc import decide
    from voc.store import Store

    with Store(db, create=False) as store:
        decisions = store.decisions()
        effects = {effect.decision.number: effect for effect in store.load_run().effects} if store.runs() else {}
    undone = decide.undone_by(decisions)
    rows: list[Row] = [
        {
            "number": decision.number,
            "at": decision.at,
            "who": decision.who,
            "action": decision.action,
            "themes": list(decision.names),
            "ids": list(decision.themes),
            "undone_by": undone.get(decision.number),
            "outcome": effects[decision.number].outcome if decision.number in effects else None,
            "arguments": decide.told(decision),
        }
        for decision in decisions
    ]
    emit_rows(rows, style, nothing="nothing was decided yet")


@click.command()
@options.database
@click.argument("wanted", metavar="[THEME]", required=False)
@click.argument("state", metavar=f"[{'|'.join(STATUSES)}]", type=click.Choice(STATUSES), required=False)
@click.option(
    "--release",
    metavar="NAME",
    callback=options.name,
    help="The version it is or will be in; default: as recorded before.",
)
@click.option(
    "--link", metavar="URL", callback=_address, help="Its address in the planning tool; default: as recorded before."
)
@acts
@options.table_format
def status(
    db: str,
    wanted: str | None,
    state: str | None,
    release: str | None,
    link: str | None,
    who: str,
    at: str,
    style: str,
) -> None:
    """Say where THEME stands; without THEME, list where all stand.

    Reports tell it from the next analysis on. For what was shipped in a release (see `voc release`) they compare
    before and after.
    """
    from voc.store import Store, ThemeStatus

    if wanted and not state:
        raise click.UsageError(f"say where {wanted} stands: one of {', '.join(STATUSES)}")
    if not wanted:
        with Store(db, create=False) as store:
            rows: list[Row] = [dataclasses.asdict(plan) for plan in store.plans()]
        kept = ("theme_id", "name", "status", "release", "link", "at", "who")
        emit_rows([{key: row[key] for key in kept} for row in rows], style, nothing="no theme has a status yet")
        return
    with _Desk(db) as desk:
        found = desk.find(wanted)
        before = desk.store.statuses().get(found.id)
        release = release or (before.release if before else "")
        told = ThemeStatus(
            theme_id=found.id,
            status=state,  # type: ignore[arg-type] # click has checked it
            release=release,
            link=link or (before.link if before else ""),
            at=moment_of(at),
            who=named_or_user(who),
        )
        news = desk.store.set_status(told)
        emit(f"{found.name} ({found.id}): {state}{f', {release}' if release else ''}{'' if news else ', as before'}\n")
        if release and state == "shipped" and release not in {known.name for known in desk.store.releases()}:
            warn(f"release {release} has no date yet; add it with: voc release add {db} {release} --date DATE")


@click.group()
def release() -> None:
    """Versions of the product and the days they came out: add, list, remove."""


@release.command()
@options.database
@click.argument("name")
@click.option("--date", metavar="DATE", required=True, help="The day it came out, such as 2024-05-01.")
@click.option(
    "--version-column", metavar="NAME", help="Column that names a post's version; default: as before, else version."
)
@click.option(
    "--changes", metavar="N", type=click.IntRange(min=0), help="How many changes it brought in all; default: as before."
)
def add(db: str, name: str, date: str, version_column: str | None, changes: int | None) -> None:
    """Add the release NAME, or change of it what is given.

    With --changes reports tell which share of them users asked for.
    """
    from voc import api
    from voc.config import Config
    from voc.datatypes import Release
    from voc.store import Store

    name = _named(name)
    day = api.moment(date, Config().timezone).date().isoformat()
    with Store(db, create=False) as store:
        known = {one.name: one for one in store.releases()}.get(name, Release(name=name, date=day))
        given = {"version_column": version_column, "n_changes": changes}
        told: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        store.save_release(dataclasses.replace(known, date=day, **told))
    emit(f"release {name}: {day}\n")


@release.command("list")
@options.database
@options.table_format
def list_releases(db: str, style: str) -> None:
    """Every release, the earliest first, with how many themes were shipped in it."""
    from voc.store import Store

    with Store(db, create=False) as store:
        shipped = [plan.release for plan in store.plans() if plan.status == "shipped"]
        rows: list[Row] = [
            dataclasses.asdict(known) | {"shipped": shipped.count(known.name)} for known in store.releases()
        ]
    emit_rows(rows, style, nothing="no releases")


@release.command()
@options.database
@click.argument("name")
def remove(db: str, name: str) -> None:
    """Forget the release NAME; themes shipped in it stay so."""
    from voc.store import Store

    with Store(db, create=False) as store:
        store.delete_release(name)
    emit(f"release {name}: removed\n")


COMMANDS = (theme, status, release)


class _Desk:
    """The database and its latest run, open while something is decided on it."""

    def __init__(self, db: str) -> None:
        from voc.store import Store

        self._db = db
        self.store: Store = Store(db, create=False)

    def __enter__(self) -> _Desk:
        try:
            self.run: Run = self.store.load_run()
        except BaseException:
            self.store.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def find(self, wanted: str) -> Theme:
        """The theme of the latest run, unless it was merged into another since that run."""
        from voc import decide

        found = find_theme(self.run, wanted)
        for decision in decide.in_force(self.store.decisions()):
            if decision.action == "merge" and found.id in decision.themes[1:]:
                told = f"{found.name} goes into {decision.names[0]} by decision {decision.number}"
                raise InputError(f"{told}; decide about that one, or undo it with: voc theme undo DB {decision.number}")
        return found

    def new_name(self, name: str) -> str:
        """A name that no theme of the latest run goes by. Raises: InputError if it is taken, or no name."""
        name = _named(name)
        for other in self.run.themes:
            if name == other.name:
                advice = "merge them with: voc theme merge DB THEME OTHER"
                raise InputError(f"there is a theme called {name} already; give another name, or {advice}")
            if name == other.id:
                raise InputError(f"{name} is the id of {other.name}; give another name")
        return name

    def plain(self, query: str) -> str:
        """A query in the matching form that statements have."""
        from voc.clean import clean

        return " ".join(clean(query).split())

    def decide(self, action: Action, themes: Sequence[Theme], who: str, at: str, **arguments: object) -> None:
        """Record a decision about themes of the run."""
        self.record(action, [one.id for one in themes], [one.name for one in themes], who, at, **arguments)

    def record(
        self, action: Action, themes: Sequence[str], names: Sequence[str], who: str, at: str, **arguments: object
    ) -> None:
        """Record a decision and say so."""
        from voc import decide
        from voc.datatypes import Decision

        decision: Decision = self.store.decide(
            Decision(
                number=0,
                action=action,
                themes=tuple(themes),
                names=tuple(names),
                arguments=arguments,
                at=moment_of(at),
                who=named_or_user(who),
                as_of=self.run.as_of,
            )
        )
        told = " ".join(filter(None, (action, ", ".join(names), decide.told(decision))))
        emit(f"decision {decision.number}: {told}\n")
        click.echo("it takes effect with the next analysis (voc weekly or voc analyze)", err=True)


def _statement(wanted: str, members: Sequence[str]) -> str:
    found = [member for member in members if member.startswith(wanted)] if wanted else []
    if len(found) != 1:
        told = f"{len(found)} statements begin with {wanted}" if found else f"the theme has no statement {wanted}"
        raise InputError(f"{told}; see their ids with: voc show DB THEME --format csv")
    return found[0]


def _named(name: str) -> str:
    """The name without blanks around it. Raises: InputError if it is none."""
    if fault := options.fault_of(name.strip()):
        raise InputError(f"the name {fault}; give another, of one line and at most {options.LONGEST_NAME} characters")
    return name.strip()


def named_or_user(name: str) -> str:
    """The name given, or that of the user of this machine."""
    import getpass

    try:
        return name or getpass.getuser()
    except (KeyError, OSError, ImportError):  # a machine that knows no users
        return ""


def moment_of(text: str) -> str:
    """The moment given, or now, as ISO-8601 UTC."""
    from datetime import UTC, datetime

    from voc import api
    from voc.config import Config
    from voc.window import iso

    moment = api.moment(text, Config().timezone) if text else datetime.now(UTC)
    return iso(moment)
