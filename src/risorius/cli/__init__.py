"""The command line: one module per command, registered here.

Every command says what was wrong in one line and exits with 2 on bad input; exit code 0 means that
everything asked for was made.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from risorius import __version__
from risorius.errors import RisoriusError

__all__ = ["app", "main"]

app = typer.Typer(
    name="risorius",
    help="The human face as a living system of muscles.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"risorius {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and leave.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Perform, read, train and age the muscles of the face."""


def _register() -> None:
    from risorius.cli.atlas import atlas
    from risorius.cli.bake import bake
    from risorius.cli.bench import bench
    from risorius.cli.demo import demo
    from risorius.cli.perform import perform
    from risorius.cli.pose import pose
    from risorius.cli.read import read

    for command in (demo, atlas, pose, perform, read, bake, bench):
        app.command()(command)


_register()


def main() -> None:
    """Run the command line; the console script ``risorius``."""
    try:
        app()
    except RisoriusError as error:
        sys.stderr.write(f"risorius: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("\nrisorius: stopped.\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has left (`risorius atlas | head`); that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
