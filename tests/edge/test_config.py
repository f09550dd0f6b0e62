"""The configuration: what it says, and every refusal with its key."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edge.config import _Reader, load_config
from evenhand.errors import EvenhandError

AGORA = Path(__file__).parents[2] / "examples" / "agora" / "evenhand.toml"
LEAST = """
[platform]
id = "forum"
name = "Forum"
[clock]
kind = "live"
[ledger]
log = "forum.example/ledger"
"""

MAIL = LEAST + """
[courier.e-mail]
host = "mail.forum.example"
from = "mod@forum.example"
"""


def load(folder: Path, text: str) -> Any:
    (folder / "evenhand.toml").write_text(text, encoding="utf-8")
    return load_config(folder)


def test_the_example_says_all_that_it_says() -> None:
    config = load_config(AGORA)
    assert config.platform == "agora"
    assert config.origin == "agora.example/ledger/replayed"
    assert config.publishers["agora.example"] == "platform"
    assert config.ratings["agora.example"]["unsubstantiated"] == "unsupported"
    assert config.people["reviewer-5"].roles == ("reviewer", "appeal reviewer")


def test_the_least_configuration_has_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, LEAST)
    assert config.begins_at is None
    assert config.origin == "forum.example/ledger"
    assert config.store == tmp_path / "data" / "evenhand.db"
    assert config.posts == ()


def test_a_witness_is_enough_where_no_number_is_said(tmp_path: Path) -> None:
    config = load(tmp_path, LEAST + WITNESS)
    assert config.witnesses.quorum == 1
    assert config.witnesses.all[0].url == "https://anna.example/witness"


def test_a_trusted_flagger_has_a_name_a_coordinator_and_a_field(tmp_path: Path) -> None:
    config = load(tmp_path, LEAST + """
[trusted-flaggers.guild]
name = "A guild"
awarded-by = "the coordinator of Example"
fields = ["violence", "STATEMENT_CATEGORY_VIOLENCE", "scams"]
""")
    guild = config.trusted_flaggers["guild"]
    assert (guild.id, guild.name, guild.awarded_by) == ("guild", "A guild",
                                                        "the coordinator of Example")
    assert "STATEMENT_CATEGORY_VIOLENCE" in guild.fields and len(guild.fields) == 2


def test_mail_has_the_port_of_its_way_and_starttls_where_nothing_is_said(tmp_path: Path) -> None:
    said = {"": ("starttls", 587), 'security = "tls"\n': ("tls", 465), "port = 2525\n":
            ("starttls", 2525)}
    for more, expected in said.items():
        mail = load(tmp_path, MAIL + more).mail
        assert (mail.security, mail.port) == expected
    assert load(tmp_path, LEAST).mail is None and load(tmp_path, LEAST).hook is None


WITNESS = """
[ledger.witnesses.anna]
key = "anna.example+d12ef800+BA6UV2wQxO/NmcVhx5RwUBMfMfH210dvtis/kMMs9c6b"
address = "https://anna.example/witness"
"""

REFUSED = {
    "data": ("data = 5\n" + LEAST, "`data`"),
    "terms": ("terms = []\n" + LEAST, "`terms`"),
    "posts": ('posts = "a.jsonl"\n' + LEAST, "`posts`"),
    "a post that is no file": ("posts = [3]\n" + LEAST, "`posts`"),
    "platform": ('platform = "a"\n' + LEAST.split("[clock]")[1].join(("[clock]", "")),
                 "`platform`"),
    "an id with spaces": (LEAST.replace('"forum"', '"a forum"'), "platform.id"),
    "a log with spaces": (LEAST.replace("forum.example", "forum example"), "ledger.log"),
    "a log with its scheme": (LEAST.replace("forum.example/", "https://forum.example/"),
                              "without `https://`"),
    "a log without a host": (LEAST.replace("forum.example/", "/"), "ledger.log"),
    "a log that goes up": (LEAST.replace("example/ledger", "example/../x"), "ledger.log"),
    "a log that ends in a slash": (LEAST.replace("example/ledger", "example/ledger/"),
                                   "ledger.log"),
    "a log that turns the line": (LEAST.replace("example/ledger", "example/\u202eledger"),
                                  "ledger.log"),
    "a witness without a name": (LEAST + WITNESS.replace("anna]", '""]'),
                                 "cannot name a witness"),
    "a witness whose address asks something": (
        LEAST + WITNESS.replace("/witness", "/witness?a=b"), "leave out `?`"),
    "a clock of no kind": (LEAST.replace('"live"', '"lve"'), "did you mean `live`"),
    "a live clock that begins": (LEAST.replace("[ledger]", "begins = 2020-01-01T00:00:00Z\n"
                                                           "[ledger]"), "clock.begins"),
    "a replayed clock that does not": (LEAST.replace("live", "replayed"), "clock.begins"),
    "a share above one": (LEAST + "[match]\npropose-above = 1.5\n", "match.propose-above"),
    "a share that is no number": (LEAST + "[match]\npropose-above = true\n",
                                  "match.propose-above"),
    "ratings that are no table": (LEAST + '[fact-checks]\nratings = "x"\n',
                                  "fact-checks.ratings"),
    "a rating of no kind": (LEAST + '[fact-checks.ratings."a.example"]\n"x" = "flase"\n',
                            "did you mean `false`"),
    "a publisher of no kind": (LEAST + '[fact-checks.publishers]\n"a.example" = "press"\n',
                               "fact-checks.publishers"),
    "an accreditation by nobody": (
        LEAST + '[[fact-checks.accreditations."a.example"]]\nsince = 2019-03-01\nground = "x"\n',
        "fact-checks.accreditations.a.example.by"),
    "an accreditation without a ground": (
        LEAST + '[[fact-checks.accreditations."a.example"]]\nsince = 2019-03-01\nby = "x"\n',
        "fact-checks.accreditations.a.example.ground"),
    "an accreditation since ever": (
        LEAST + '[[fact-checks.accreditations."a.example"]]\nby = "x"\nground = "y"\n',
        "begins on a day"),
    "an accreditation since an hour": (
        LEAST + '[[fact-checks.accreditations."a.example"]]\nby = "x"\nground = "y"\n'
        'since = 2019-03-01T10:00:00Z\n', "is not a day"),
    "an accreditation that ends before it begins": (
        LEAST + '[[fact-checks.accreditations."a.example"]]\nby = "x"\nground = "y"\n'
        'since = 2019-03-01\nuntil = 2019-03-01\n', "it ends before it begins"),
    "an accreditation that is no table": (
        LEAST + '[fact-checks.accreditations]\n"a.example" = "x"\n', "no list of accreditations"),
    "an unknown key of an accreditation": (
        LEAST + '[[fact-checks.accreditations."a.example"]]\nfundign = "x"\n',
        "did you mean `funding`"),
    "a person without roles": (LEAST + '[people.anna]\nname = "Anna"\n', "people.anna"),
    "a role of no kind": (LEAST + '[people.anna]\nroles = ["reviwer"]\n',
                          "did you mean `reviewer`"),
    "a trusted flagger without a name": (
        LEAST + '[trusted-flaggers.guild]\nawarded-by = "x"\nfields = ["violence"]\n',
        "trusted-flaggers.guild.name"),
    "a trusted flagger whom nobody made one": (
        LEAST + '[trusted-flaggers.guild]\nname = "x"\nfields = ["violence"]\n',
        "trusted-flaggers.guild.awarded-by"),
    "a trusted flagger of everything": (
        LEAST + '[trusted-flaggers.guild]\nname = "x"\nawarded-by = "y"\nfields = []\n',
        "trusted-flaggers.guild.fields"),
    "a field of no kind": (
        LEAST + '[trusted-flaggers.guild]\nname = "x"\nawarded-by = "y"\nfields = ["voilence"]\n',
        "`voilence` names no category"),
    "a field that is no text": (
        LEAST + '[trusted-flaggers.guild]\nname = "x"\nawarded-by = "y"\nfields = [["a"]]\n',
        "trusted-flaggers.guild.fields"),
    "a trusted flagger that is no table": (LEAST.replace("[platform]", 'trusted-flaggers = "x"\n'
                                                         "[platform]"), "trusted-flaggers"),
    "an unknown key of a trusted flagger": (
        LEAST + '[trusted-flaggers.guild]\nfeilds = []\n', "did you mean `fields`"),
    "mail in a replay": (LEAST.replace('"live"', '"replayed"\nbegins = 2020-01-01T00:00:00Z')
                         + '[courier.e-mail]\nhost = "localhost"\n', "write to real people"),
    "a webhook in a replay": (
        LEAST.replace('"live"', '"replayed"\nbegins = 2020-01-01T00:00:00Z')
        + '[courier.webhook]\n', "write to real people"),
    "a channel of no kind": (LEAST + "[courier.pigeon]\n", "courier.pigeon"),
    "channels that are no table": (LEAST + '[courier]\ne-mail = "x"\n', "courier.e-mail"),
    "mail without a server": (LEAST + "[courier.e-mail]\n", "courier.e-mail.host"),
    "mail to two hosts": (MAIL.replace("mail.forum.example", "a b"), "courier.e-mail.host"),
    "mail in the clear": (MAIL + 'security = "none"\n', "this very machine"),
    "a password in the clear": (MAIL.replace("mail.forum.example", "localhost")
                                + 'security = "none"\nuser = "forum"\n', "courier.e-mail.user"),
    "a name that breaks a line": (MAIL + 'user = "a\\nb"\n', "courier.e-mail.user"),
    "a port of no kind": (MAIL + "port = 70000\n", "courier.e-mail.port"),
    "a port that is yes": (MAIL + "port = true\n", "courier.e-mail.port"),
    "mail from nowhere": (MAIL.replace("mod@", "mod"), "courier.e-mail.from"),
    "mail from two": (MAIL.replace("mod@", "a@b.example, mod@"), "courier.e-mail.from"),
    "a password in the file": (MAIL + 'password = "s3cret"\n', "courier.e-mail.password"),
    "a webhook without a secret": (LEAST + '[courier.webhook]\naddress = "https://a.example/"\n',
                                   "courier.webhook.secret-file"),
    "a webhook in the clear": (LEAST + '[courier.webhook]\naddress = "http://a.example/"\n'
                               'secret-file = "s"\n', "courier.webhook.address"),
    "an unknown key": (LEAST + "[ledgr]\n", "did you mean `ledger`"),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_the_key_and_what_to_write(tmp_path: Path, text: str,
                                                   told: str) -> None:
    with pytest.raises(EvenhandError) as refused:
        load(tmp_path, text)
    assert told in str(refused.value)
    assert str(tmp_path) in str(refused.value)
    assert refused.value.hint


KEYS = st.sampled_from(["a", "id", "kind", "roles", "name", "awarded-by", "fields"])
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                      lambda inner: st.lists(inner, max_size=2)
                      | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6)


@given(key=st.sampled_from(["data", "terms", "posts", "statements", "platform", "clock", "ledger",
                            "match", "fact-checks", "courier", "people", "trusted-flaggers"]),
       value=VALUES)
def test_no_value_of_any_key_ends_in_anything_but_a_refusal(key: str, value: Any) -> None:
    plain = tomllib.loads(LEAST) | {key: value}
    with suppress(EvenhandError):
        _Reader(AGORA, plain).read()
