"""The command line: parse, call, print. Results go to stdout, progress and errors to stderr.

Exit status: 0 fine, 1 an error told in one line, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

from typing import Any

import click

from voc import __version__
from voc.cli import (
    analysis,
    authors,
    browse,
    cohorts,
    decisions,
    judge,
    models,
    planning,
    privacy,
    thanks,
    timeline,
    weekly,
)
from voc.errors import VocError

INTERRUPTED = 130


class Commands(click.Group):
    """A group that turns a VocError, from whatever command, into one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VocError as error:
            from voc.report.visible import visible

            raise click.ClickException(visible(str(error)).replace("\n", " ")) from error
        except click.UsageError as error:  # its message repeats what was typed
            from voc.report.visible import visible

            raise click.UsageError(visible(error.format_message()), error.ctx) from error
        except KeyboardInterrupt:
            click.echo("Interrupted: nothing half done is kept", err=True)
            ctx.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which one needs them."""
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="voc", message="%(prog)s %(version)s")
def main() -> None:
    """Voice of the customer: Chinese feedback in, a ranked list of feature suggestions out.

    \b
    All at once:    voc run feedback.csv -o report
    Week by week:   voc ingest feedback.db week1.csv
                    voc weekly feedback.db
                    voc report feedback.db -f html -o report.html
    """


_MODULES = (analysis, weekly, timeline, decisions, thanks, authors, cohorts, planning, browse, privacy, judge, models)
for _command in (command for module in _MODULES for command in module.COMMANDS):
    main.add_command(_command)
