"""The command `voc models` and what it groups: list, build, verify."""

from __future__ import annotations

import dataclasses

import click

from voc.cli import options
from voc.cli.output import Row, emit, emit_rows
from voc.errors import ConfigError


@click.group()
def models() -> None:
    """The models behind voc: list, build, verify."""


@models.command("list")
@options.table_format
def list_them(style: str) -> None:
    """Every model with its licence, size and digest."""
    from voc.models import list_models

    rows: list[Row] = [dataclasses.asdict(card) for card in list_models()]
    emit_rows(rows, style, nothing="no models")


@models.command()
@click.argument("name")
def build(name: str) -> None:
    """Build the model NAME from what is installed; nothing is downloaded."""
    from voc import models as catalog

    card = catalog.build(name)
    emit(f"{card.name}: {card.n_bytes} bytes, digest {card.digest}\n")


@models.command()
@click.argument("name")
def verify(name: str) -> None:
    """Check the files of the model NAME against its manifest."""
    from voc import models as catalog

    problems = catalog.verify(name)
    if problems:
        raise ConfigError("; ".join(problems))
    emit(f"{name}: as it should be\n")


COMMANDS = (models,)
