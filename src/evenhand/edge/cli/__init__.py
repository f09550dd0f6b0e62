"""The command line: one file a verb, and what all verbs share.

Every verb prints for people, prints plainly when piped, and prints JSON with `--json`. Exit
status: 0 done; 1 refused; 2 misused; 3 done, but rows were set aside; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from evenhand import __version__
from evenhand.errors import EvenhandError

VERBS = {
    "init": "Make a platform: a folder with a configuration, first terms and a key.",
    "check": "Check terms: tell every mistake, run every case.",
    "publish": "Publish terms: they are logged, and never change again.",
    "run": "The main job: posts in, decisions and notices out.",
    "deliver": "Hand over what waits and is due now.",
    "claims": "Published fact-checks: taken in, told, kept right.",
    "match": "Tell which fact-checks may speak to a text, and why each was found.",
    "queue": "List what waits for a person, what is late first.",
    "decide": "Decide about a post as a reviewer, on the facts that you state.",
    "report": "Take in a report about a post.",
    "order": "Record an order of a court or an authority, or a request.",
    "appeal": "Appeal against a decision, point by point.",
    "answer": "Answer an appeal: the questions, and then each point with reasons.",
    "reinstate": "Give back what was taken of a post; the finding stands.",
    "withdraw": "Take back a report, an order or an appeal.",
    "suspend": "Stop a clause at once, or let it act again.",
    "reverse": "Take back all that a clause began to do in a time.",
    "show": "Tell the whole story of one post or decision.",
    "serve": "Serve the platform's pages over HTTP.",
    "legal-hold": "Keep the records of a post or an account for a proceeding.",
    "erase": "Empty what is recorded of a post or an account; the log's entries stay.",
    "export": "Write what anyone may verify, or what an auditor may open, as files.",
    "ledger": "The public log: publish it, have it witnessed, prove what is in it.",
    "verify": "Check the ledger, or a receipt, from files alone.",
    "replay": "Decide every recorded decision again, from an export alone.",
    "backtest": "Tell what would have changed if other terms had been in force.",
    "shadow": "Compare terms in shadow with those in force, day by day.",
    "assess": "Assess what was done under the law, reading by reading. Not legal advice.",
    "reassess": "Compare two versions of a law document over all that was done.",
    "law": "Tell of the law: its regimes, a reading in full, where two readings part.",
    "commitments": "Tell what the terms promise and the record shows unmet.",
}
"""Verb -> what it does. Its file is imported only when it is called: most need no database."""


class Verbs(click.Group):
    """A group whose verbs are the files beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of a first walk."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of this name, or None."""
        if cmd_name not in VERBS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"evenhand.edge.cli.{name}"), name)
        assert isinstance(command, click.Command), "a verb's file holds a command of its name"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str],
                        ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb meant; for a misspelt one, "did you mean"."""
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            from evenhand.rulebook.drafting import suggest
            hint = suggest(args[0], VERBS) or "the verbs are: " + ", ".join(VERBS)
            raise click.UsageError(f"`{args[0]}` is no verb of evenhand; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"],
                                          "max_content_width": 96})
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
      evenhand verify -c myplatform       the ledger and every receipt, from files alone
    """


def main() -> None:
    """Run the command line; a refusal of ours ends with its own words and status 1."""
    from evenhand.edge.cli.screen import fail
    as_json = "--json" in sys.argv[1:]
    for stream in (sys.stdout, sys.stderr):
        # A screen that cannot show a character shows its number; nothing ends in an error.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        _refuse_odd_bytes(sys.argv[1:])
        status = cli.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status if isinstance(status, int) else 0)
    except (click.exceptions.Abort, KeyboardInterrupt):
        fail(EvenhandError("interrupted", hint="what was stored stands; the same command goes on"),
             as_json=as_json)
        sys.exit(130)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(misuse.exit_code)
    except EvenhandError as refused:
        fail(refused, as_json=as_json)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output went away; there is nobody left to tell.
        sys.stderr.close()
        sys.exit(1)
    except OSError as refused:
        # The edge turns what it meets into errors of ours; what is left is our own output.
        fail(EvenhandError(f"the answer cannot be written: {refused.strerror}",
                           hint="what was stored stands"))
        os._exit(1)


def _refuse_odd_bytes(words: list[str]) -> None:
    """Refuse words that are not UTF-8: they could neither be stored nor shown."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = word.encode(errors="backslashreplace").decode()
            raise EvenhandError(f"`{shown}` is not UTF-8",
                                hint="give the file another name, or write the word in UTF-8"
                                ) from None
