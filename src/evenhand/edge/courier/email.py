"""Letters by e-mail, over one SMTP connection, encrypted unless the server is this very machine.

A message has one Message-ID for ever, so that one sent twice after a crash is one to its reader.
What a server answers is kept as its number alone: its words may hold anything.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

from evenhand.edge.courier.channel import E_MAIL, Outcome
from evenhand.edge.courier.contacts import as_address, read_contacts
from evenhand.edge.courier.letters import POLICY, RECEIPT, Letter
from evenhand.edge.courier.secret import check_secret, read_secret
from evenhand.edge.courier.settings import Mail
from evenhand.errors import EvenhandError

PASSWORD = "EVENHAND_SMTP_PASSWORD"  # noqa: S105 - its name, not the password
"""The variable that holds the password, before the file does."""

PATIENCE = 20.0
"""Seconds to wait for a mail server's next word."""

_HINT = ("put it on one line of a file of mode 0600 (`courier.e-mail.password-file`), or in "
         f"{PASSWORD}")

_TOO_LARGE = 552
"""RFC 1870, 6.1: what a server says of this message, where other refusals of MAIL are of us."""


class CannotBeWritten(Exception):
    """A header that would end before its end."""


class EmailChannel:
    """The `Channel` that sends e-mail."""

    name = E_MAIL
    at_once = 1
    claims = True

    def __init__(self, mail: Mail, *, platform: str, name: str,
                 environment: Mapping[str, str] = os.environ) -> None:
        """`platform` is the id of the platform whose accounts the contacts name, `name` what it is
        called."""
        self.mail, self.platform, self.called, self.environment = mail, platform, name, environment
        self._contacts: Mapping[str, str] = {}
        self._password: str | None = None
        self._context: ssl.SSLContext | None = None
        self._smtp: smtplib.SMTP | None = None

    def prepare(self) -> None:
        """Read contacts, password and certificates."""
        mail = self.mail
        self._contacts = read_contacts(mail.contacts) if mail.contacts else {}
        self._password = self._read_password() if mail.user is not None else None
        if mail.security != "none":
            self._context = trusting(mail.trust)

    def close(self) -> None:
        """Take leave of the server; that it does not answer changes nothing any more."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def deliver(self, letter: Letter, at: datetime) -> Outcome:
        """Send one letter, and say what the server said of it."""
        to = self.address_of(letter)
        if to is None:
            return Outcome(kind="contact unknown", to=letter.notice.to, why="no address")
        try:
            message = self.message(letter, to, at)
        except CannotBeWritten:
            return Outcome(kind="refused", to=to, why="the subject cannot be written as a header")
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as trouble:
            self._drop()
            return Outcome(kind="try again", to=to, why=_trouble(trouble), nobody_answers=True)
        try:
            _send(smtp, message, self.mail.sender, to)
        except smtplib.SMTPRecipientsRefused as refused:
            return self._answered(to, "the address", next(iter(refused.recipients.values()))[0])
        except smtplib.SMTPSenderRefused as refused:
            if refused.smtp_code == _TOO_LARGE:
                return self._answered(to, "the letter", _TOO_LARGE)
            # It would refuse us whatever we send: a matter for whoever runs the platform.
            self._drop()
            return Outcome(kind="try again", to=to, nobody_answers=True,
                           why=f"the mail server refuses the sender ({refused.smtp_code})")
        except smtplib.SMTPDataError as refused:
            return self._answered(to, "the letter", refused.smtp_code)
        except smtplib.SMTPNotSupportedError:
            return Outcome(kind="refused", to=to,
                           why="the mail server takes no address that is not ASCII")
        except (OSError, smtplib.SMTPException) as trouble:
            # It may have taken the letter: then this one goes out again, under its Message-ID.
            self._drop()
            return Outcome(kind="try again", to=to, why=_trouble(trouble), nobody_answers=True)
        return Outcome(kind="delivered", to=to)

    def address_of(self, letter: Letter) -> str | None:
        """Where a letter goes: an account has its address in the contacts alone, and a sender the
        one that they gave.

        An account may look like an address (`ada@square.example`), and a name like an account.
        """
        if letter.author is not None:
            platform, account = letter.author
            return self._contacts.get(account) if platform == self.platform else None
        by = letter.sender
        if by is None:
            return None
        known = (self._contacts.get(name) for name in (by.account, by.flagger) if name)
        return as_address(by.address or "") or next(filter(None, known), None)

    def message(self, letter: Letter, to: str, at: datetime) -> EmailMessage:
        """The whole message: the sealed words with the receipt below them, and two files."""
        notice, sender = letter.notice, self.mail.sender
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(display_name=_header(self.called), addr_spec=sender)
        local, _, host = to.rpartition("@")
        message["To"] = Address(username=local, domain=host)
        message["Subject"] = _header(notice.subject)
        message["Date"] = at
        message["Message-ID"] = f"<{letter.key}@{sender.rpartition('@')[2]}>"
        # RFC 3834: nobody's vacation answers it.
        message["Auto-Submitted"] = "auto-generated"
        # Quoted: no server on the way then has a reason to break a long line or to lose an accent.
        message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
        # Nor to write `>From ` for a line that begins so, as old mailboxes do.
        message.set_payload(re.sub("(?m)^From ", "=46rom ",
                                   str(message.get_payload())))
        for name, data in ((RECEIPT, letter.receipt_file), (POLICY, letter.policy)):
            message.add_attachment(data, maintype="application", subtype="octet-stream",
                                   filename=name)
        if re.fullmatch(r"[A-Za-z0-9-]{1,35}", notice.language):
            message["Content-Language"] = notice.language
        return message

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            try:
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        mail = self.mail
        if mail.security == "tls":
            self._smtp = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE,
                                          context=self._context)
        else:
            self._smtp = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
        if mail.security == "starttls":
            # Raises where the server does not offer it: nothing is ever sent in the clear instead.
            self._smtp.starttls(context=self._context)
        if mail.user is not None and self._password is not None:
            _log_in(self._smtp, mail.user, self._password)
        return self._smtp

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _answered(self, to: str, what: str, code: int) -> Outcome:
        """A server's answer about this letter: for good from 500 on, else for now (RFC 5321)."""
        if code == 421:  # it is closing the connection
            self._drop()
            return Outcome(kind="try again", to=to, nobody_answers=True,
                           why="the mail server is closing (421)")
        return Outcome(kind="refused" if code >= 500 else "try again", to=to,
                       why=f"the mail server refuses {what} ({code})")

    def _read_password(self) -> str:
        if said := self.environment.get(PASSWORD):
            return check_secret(said.encode(errors="surrogateescape"), "the password",
                                where=PASSWORD, make=_HINT)
        if self.mail.password_file is None:
            raise EvenhandError("there is no password for the mail server", where=PASSWORD,
                                hint=_HINT)
        return read_secret(self.mail.password_file, "the password", make=_HINT)


def _send(smtp: smtplib.SMTP, message: EmailMessage, sender: str, to: str) -> None:
    """Send the bytes of a message; `SMTP.send_message` would change words in them."""
    if to.isascii():
        smtp.sendmail(sender, [to], message.as_bytes())
        return
    smtp.ehlo_or_helo_if_needed()
    if not smtp.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError
    smtp.sendmail(sender, [to], message.as_bytes(policy=SMTPUTF8),
                  mail_options=["SMTPUTF8", "BODY=8BITMIME"])


def _log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in, once: a server that hangs up after a wrong password is so told from a dead one."""
    smtp.ehlo_or_helo_if_needed()
    smtp.user, smtp.password = user, password
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        smtp.auth("PLAIN", smtp.auth_plain)
    elif "LOGIN" in offered:
        smtp.auth("LOGIN", smtp.auth_login)
    else:
        raise smtplib.SMTPNotSupportedError


def trusting(certificates: Path | None) -> ssl.SSLContext:
    """TLS that trusts these certificates (PEM) alone, or those of the system."""
    try:
        return ssl.create_default_context(cafile=certificates)
    except (OSError, ssl.SSLError) as refused:
        raise EvenhandError(f"the certificates cannot be read: {refused.strerror or 'not PEM'}",
                            where=str(certificates), hint="name a file of certificates in PEM"
                            ) from None


def _header(text: str) -> str:
    """A text for a header; one with a character that could end the header is refused."""
    if any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in text):
        raise CannotBeWritten
    return text


def _trouble(trouble: Exception) -> str:
    """The class of what went wrong before, or in the middle of, a letter."""
    if isinstance(trouble, smtplib.SMTPAuthenticationError):
        return f"the mail server refuses our name or password ({trouble.smtp_code})"
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        return "the mail server does not offer what is configured"
    if isinstance(trouble, smtplib.SMTPServerDisconnected):
        return "the mail server hung up"
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"the mail server refuses to talk to us ({trouble.smtp_code})"
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return "the mail server's certificate is not trusted"
    return "the mail server cannot be reached"
