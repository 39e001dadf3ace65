"""Speaks SMTP: each mail once, again where it makes sense, and never for ever."""

import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from typing import NamedTuple

from stride.errors import StrideError
from stride.notify.deliveries import FAILED, REFUSED, SENDING, SENT, Deliveries
from stride.notify.server import Server

TIMEOUT_S = 30.0
PAUSES_S = (2.0, 8.0)
"""Waits before the second and the third try of a mail."""


class Sent(NamedTuple):
    """How it went."""

    sent: int
    refused: int
    """Refused for good: there is no such address, or the mail is not wanted."""
    waiting: int
    """Not accepted this time; the next run tries again."""


def send_all(
    mails: list[tuple[str, EmailMessage]],
    server: Server,
    deliveries: Deliveries,
    pause: Callable[[float], None] = time.sleep,
    timeout_s: float = TIMEOUT_S,
) -> Sent:
    """Send mails that were not sent yet.

    A mail counts as sent once the server has accepted it. If the connection breaks between the
    mail and the answer, nobody can know: it is sent again under the same Message-ID.

    Parameters
    ----------
    mails : list of (str, EmailMessage)
        Message id and mail.
    server : Server
    deliveries : Deliveries
    pause : callable
        Waits some seconds.
    timeout_s : float
        For each step of the conversation, seconds.

    Returns
    -------
    Sent

    Raises
    ------
    StrideError
        If the server can't be reached, its certificate is not trusted, or it does not let us in.
    """
    counts = dict.fromkeys((SENT, REFUSED, FAILED), 0)
    line = _Line(server, timeout_s)
    try:
        for message_id, mail in mails:
            if not deliveries.is_done(message_id):
                counts[_send(message_id, mail, line, deliveries, pause)] += 1
    finally:
        line.close()
    return Sent(counts[SENT], counts[REFUSED], counts[FAILED])


def _send(message_id: str, mail, line: "_Line", deliveries: Deliveries, pause) -> str:
    """Try one mail up to three times; returns the last event."""
    for wait in (*PAUSES_S, None):
        event, code = FAILED, None
        try:
            connection = line.open()
            deliveries.write(message_id, SENDING)
            connection.send_message(mail)
            deliveries.write(message_id, SENT)
            return SENT
        except _Unreachable as problem:
            if wait is None:
                raise StrideError(str(problem)) from None
            pause(wait)
            continue
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [answer[0] for answer in problem.recipients.values()]
            event, code = REFUSED if min(codes) >= 500 else FAILED, min(codes)
        except smtplib.SMTPSenderRefused as problem:
            deliveries.write(message_id, FAILED, problem.smtp_code)
            if problem.smtp_code >= 500:
                raise StrideError(
                    f"{line.name} does not take mail from {problem.sender} "
                    f"({problem.smtp_code}): look at STRIDE_MAIL_FROM."
                ) from None
            code = problem.smtp_code
        except smtplib.SMTPResponseException as problem:
            code = problem.smtp_code
            event = REFUSED if code >= 500 else FAILED
        except smtplib.SMTPNotSupportedError:
            event = REFUSED  # an address with letters that this server can't write
        except (smtplib.SMTPException, OSError):
            pass  # the line broke
        deliveries.write(message_id, event, code)
        if event == REFUSED or wait is None:
            return event
        line.close()
        pause(wait)
    raise AssertionError("unreachable")


class _Unreachable(Exception):
    """No connection this time."""


class _Line:
    """A connection that is opened when it is needed, and again when it broke."""

    def __init__(self, server: Server, timeout_s: float):
        self._server, self._timeout_s, self._connection = server, timeout_s, None
        self.name = f"{server.host}:{server.port}"

    def open(self) -> smtplib.SMTP:
        if self._connection is None:
            try:
                self._connection = self._connect()
            except ssl.SSLCertVerificationError as problem:
                raise StrideError(
                    f"The certificate of {self.name} is not trusted ({problem.verify_message}): "
                    "STRIDE_SMTP_CA names a file with your own authority."
                ) from None
            except smtplib.SMTPAuthenticationError as problem:
                raise StrideError(
                    f"{self.name} does not accept the user and password ({problem.smtp_code}): "
                    "look at STRIDE_SMTP_URL."
                ) from None
            except smtplib.SMTPNotSupportedError as problem:
                raise StrideError(
                    f"{self.name} can't do what was asked for: {problem} If it speaks TLS from "
                    "the start, use smtps://."
                ) from None
            except (smtplib.SMTPException, OSError) as problem:
                reason = getattr(problem, "strerror", None) or type(problem).__name__
                raise _Unreachable(
                    f"{self.name} can't be reached ({reason}): nothing is lost, run stride "
                    "notify again later."
                ) from None
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        trusted = ssl.create_default_context(cafile=server.ca_file)
        where = {"host": server.host, "port": server.port, "timeout": self._timeout_s}
        if server.security == "tls":
            connection = smtplib.SMTP_SSL(**where, context=trusted)
        else:
            connection = smtplib.SMTP(**where)
        try:
            if server.security == "starttls":
                connection.starttls(context=trusted)
            if server.user:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection
