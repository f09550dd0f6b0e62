"""The territories that an action may be confined to: the country codes of ISO 3166-1 alpha-2.

>>> read_territory("FR, DE")
('DE', 'FR')
"""

from __future__ import annotations

from evenhand.errors import EvenhandError

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

COUNTRIES = frozenset(_CODES.split())
"""The 249 codes that the standard assigns to countries and territories."""

OFTEN_MEANT = {"UK": "write `GB`", "EL": "write `GR`", "EU": "name its countries: `in BE, FR`",
               "XK": "the standard has none for Kosovo"}
"""Codes that people write, and what to do about each."""


def read_territory(text: str) -> tuple[str, ...]:
    """The codes of `DE, FR`, sorted, each once; what is no country's code is refused."""
    codes = [part.strip() for part in text.split(",")]
    for code in codes:
        if code not in COUNTRIES:
            hint = OFTEN_MEANT.get(code, "write ISO 3166-1 codes: `in DE, FR`")
            if code.upper() in COUNTRIES:
                hint = f"write `{code.upper()}`"
            raise EvenhandError(f"`{code}` is not a country code", hint=hint)
    return tuple(sorted(set(codes)))
