"""The command line: one file a verb, and what all verbs share.

Every verb prints for people, prints plainly when piped, and prints JSON with `--json`. Exit
status: 0 done; 1 refused; 2 misused; 3 done, but rows were set aside; 130 interrupted.
"""

from __future__ import annotations

import sys

import click

from evenhand import __version__
from evenhand.edge.cli.check import check
from evenhand.edge.cli.init import init
from evenhand.edge.cli.publish import publish
from evenhand.edge.cli.run import run
from evenhand.edge.cli.screen import fail
from evenhand.edge.cli.show import show
from evenhand.edge.cli.verify import verify
from evenhand.errors import EvenhandError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(__version__, prog_name="evenhand")
def cli() -> None:
    """Content moderation that anyone can check.

    A platform's terms are documents that people read and this program runs. What is done to a
    post cites a clause that was published and in force, tells the author why, and is sealed in a
    public log before it takes effect.

    \b
    A first walk:
      evenhand init myplatform            a folder with terms, a configuration and a key
      evenhand check myplatform/terms     every mistake told, every case run
      evenhand publish -c myplatform      the terms are logged and never change again
      evenhand run -c myplatform POSTS    posts in, decisions and notices out
      evenhand show -c myplatform POST    one post's whole story
      evenhand verify -c myplatform       the ledger and every receipt, from the files alone
    """


for verb in (init, check, publish, run, show, verify):
    cli.add_command(verb)


def main() -> None:
    """Run the command line; a refusal of ours ends with its own words and status 1."""
    try:
        status = cli.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Abort:
        fail(EvenhandError("interrupted", hint="what was stored stands; the same command goes on"))
        sys.exit(130)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(misuse.exit_code)
    except EvenhandError as refused:
        fail(refused)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output went away; there is nobody left to tell.
        sys.stderr.close()
        sys.exit(1)
