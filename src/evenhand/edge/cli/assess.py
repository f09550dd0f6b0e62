"""`evenhand assess`: what the law says of a decision, or of other facts, reading by reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from evenhand.assess.assessment import Assessment
from evenhand.assess.assessment import assess as assess_under
from evenhand.assess.from_record import assessed_of
from evenhand.assess.recorded import Assessed, Stated, with_alleged
from evenhand.edge.cli.assess_many import assess_many
from evenhand.edge.cli.assess_patterns import assess_file, read_json
from evenhand.edge.cli.assess_told import plain_decision, tell_decision
from evenhand.edge.cli.meant import decision_meant
from evenhand.edge.cli.screen import config_option, json_option, say_json
from evenhand.edge.config import load_config
from evenhand.edge.law_documents import the_law
from evenhand.edge.platform import open_platform
from evenhand.edge.recorded import recorded_case
from evenhand.errors import EvenhandError
from evenhand.law.conclusion import Gives
from evenhand.law.regimes import Law

DAY = click.DateTime(formats=["%Y-%m-%d"])

FACTS_REGIME = "US-230"
"""Of fact patterns, unless somebody says otherwise: the files of decided cases are about it."""

FILES = (".jsonl", ".json", ".ndjson")
"""What ends so is meant as a file, and named by mistake where there is none."""


@click.command()
@click.argument("what", metavar="[DECISION-OR-FACTS]", required=False)
@click.option("--regime", "regimes", multiple=True, metavar="REGIME",
              help="Only this body of law, for example US-230; may be given several times "
              "(default: all; of a file of facts US-230). `evenhand law` lists them.")
@click.option("--forum", metavar="FORUM", help="The court that is asked, `ca9` or `9th Cir.` "
              "(default: the regime's own; of facts, as they say).")
@click.option("--as-of", type=DAY, metavar="DAY", help="The day whose law counts (default: that "
              "of the action; of facts, as they say).")
@click.option("--alleged", type=click.Path(path_type=Path), metavar="FILE",
              help="What a complaint alleges: a JSON object of facts. It is assessed as recorded, "
              "and again as alleged.")
@click.option("--why", metavar="READING", help="Explain what this reading says, or why it does "
              "not: who holds it, what it asks, what is missing.")
@click.option("--what-if", is_flag=True, help="Tell which single fact would change what the law "
              "says.")
@click.option("--since", type=DAY, metavar="DAY", help="Without DECISION-OR-FACTS: all decisions "
              "from this day on (UTC).")
@click.option("--until", type=DAY, metavar="DAY", help="... until the end of this day.")
@click.option("--table", type=click.Path(path_type=Path), metavar="FILE", help="... and write a "
              "row for each thing that is assessed, Parquet or .csv.")
@click.option("--all", "everything", is_flag=True, help="Tell the readings too that say nothing.")
@config_option
@json_option
def assess(what: str | None, regimes: tuple[str, ...], forum: str | None,
           as_of: datetime | None, alleged: Path | None, why: str | None, what_if: bool,
           since: datetime | None, until: datetime | None, table: Path | None, everything: bool,
           config_path: Path, as_json: bool) -> int:
    """Assess what was done under the laws that protect a platform for it, or do not.

    DECISION-OR-FACTS is the first digits of a decision, or its post; or a file of fact patterns,
    one JSON object a line (- for standard input). Of a decision the author's post and the
    platform's own words are assessed apart. Without it all decisions are, and counted.

    Computed when you ask, from the record and the law documents that come with the program; never
    stored. Each line names who holds a reading and its status. It is not legal advice.
    """
    law = the_law()
    regimes = tuple(law.regime(named).id for named in regimes)
    of_why = () if why is None else _regimes_of(law, why, regimes)
    if forum is not None:
        forum = law.forums.named(forum).id
    day = as_of.date() if as_of is not None else None
    if what is None:
        _only("all decisions are asked about", alleged=alleged, why=why, what_if=what_if,
              all=everything)
        return assess_many(
            open_platform(load_config(config_path)), law, regimes or _every(law), forum=forum,
            as_of=day, since=since.date() if since else date.min,
            until=until.date() if until else date.max, table=table, as_json=as_json)
    if what == "-" or Path(what).is_file():
        _only(f"{what} is a file of facts", alleged=alleged, since=since, until=until, table=table,
              all=everything)
        return assess_file(what, law, regimes or of_why or (FACTS_REGIME,), forum=forum, as_of=day,
                           today=datetime.now(UTC).date(), why=why, what_if=what_if,
                           as_json=as_json)
    if Path(what).suffix in FILES or Path(what).is_dir():
        raise EvenhandError("there is no such file of facts", where=what,
                            hint="name a file of JSON lines, a decision by its first digits, or "
                            "a post")
    _only("one decision is asked about", since=since, until=until, table=table)
    platform = open_platform(load_config(config_path))
    case = recorded_case(platform, decision_meant(platform, what))
    made = case.decision
    on = day or made.at.date()
    claimed = _alleged(alleged, law) if alleged is not None else ()
    runs = [("as recorded", assessed_of(case))]
    if claimed:
        runs.append(("as alleged", tuple(with_alleged(one, claimed) for one in runs[0][1])))
    chosen = regimes or _every(law)
    told = [(how, one, _under(law, one, chosen, forum, on)) for how, things in runs
            for one in things]
    if as_json:
        say_json(plain_decision(case.decision, told, law, as_of=on, why=why, what_if=what_if))
    else:
        tell_decision(case.decision, told, law, as_of=on, why=why, what_if=what_if,
                      everything=everything)
    return 0


def _regimes_of(law: Law, reading: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The regimes whose provisions a reading reads. Raises where none of them is among the asked.
    """
    of = set(law.reading(reading).provisions)
    found = tuple(r.id for r in law.regimes if of & {p.number for p in r.provisions})
    if asked and not set(found) & set(asked):
        raise EvenhandError(f"`{reading}` is no reading of {', '.join(asked)}",
                            hint=f"it reads provisions of {', '.join(found)}")
    return found


def _only(what: str, **given: object) -> None:
    """Refuse options that mean nothing here: silence would pass for an answer."""
    named = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if named:
        raise EvenhandError(f"{what}, and {', '.join(named)} cannot be meant",
                            hint="leave it out; `evenhand assess --help` says for what each is")


def _every(law: Law) -> tuple[str, ...]:
    """The regimes that give anything; the words of the others are read of provisions of these."""
    return tuple(regime.id for regime in law.regimes
                 if any(p.gives is not Gives.WORDS for p in regime.provisions))


def _under(law: Law, one: Assessed, regimes: Sequence[str], forum: str | None,
           on: date) -> tuple[Assessment, ...]:
    """One thing under each regime; in a forum of another system a regime says nothing."""
    now = datetime.now(UTC).date()
    return tuple(assess_under(law, regime, one.record, as_of=on, now=now, forum=forum)
                 for regime in regimes)


def _alleged(path: Path, law: Law) -> tuple[Stated, ...]:
    """The facts of a complaint, under their names or short ids. Raises for what is no fact."""
    given = read_json(path)
    facts = given.get("facts", given) if isinstance(given, dict) else given
    if not isinstance(facts, dict):
        raise EvenhandError("a complaint's facts are a JSON object", where=str(path),
                            hint='write `{"suit.rests_on_promise": true}`')
    record = law.facts.record(facts, {})
    return tuple(Stated(fact=name, value=value, basis="alleged",  # type: ignore[arg-type]
                        evidence=f"as alleged in {path.name}") for name, value in record.items())
