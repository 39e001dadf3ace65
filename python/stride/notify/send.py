"""Sends mails by SMTP, each once, with a limited number of retries."""

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
"""Waits before the second and third attempt of a mail, seconds."""


class Sent(NamedTuple):
    """Result of sending."""

    sent: int
    refused: int
    """Refused permanently, e.g. because the address does not exist."""
    waiting: int
    """Failed temporarily; the next run tries again."""


def send_all(
    mails: list[tuple[str, EmailMessage]],
    server: Server,
    deliveries: Deliveries,
    pause: Callable[[float], None] = time.sleep,
    timeout_s: float = TIMEOUT_S,
) -> Sent:
    """Send mails that have not been sent yet.

    A mail is sent when the server has accepted it. If the connection breaks before the reply, the
    mail is sent again with the same Message-ID.

    Parameters
    ----------
    mails : list of (str, EmailMessage)
        Message id and mail.
    server : Server
    deliveries : Deliveries
    pause : callable
        Called with seconds to wait.
    timeout_s : float
        Timeout of each step, seconds.

    Returns
    -------
    Sent

    Raises
    ------
    StrideError
        If the server can't be reached, its certificate is not trusted, or it refuses the login.
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
    """Try to send one mail up to three times and return the last event.

    The log is written outside the try block: a full disk must not look like a broken connection.
    """
    for wait in (*PAUSES_S, None):
        try:
            connection = line.open()
        except _Unreachable as problem:
            if wait is None:
                raise StrideError(str(problem)) from None
            pause(wait)
            continue
        deliveries.write(message_id, SENDING)
        event, code = _hand_over(connection, mail, line.name)
        deliveries.write(message_id, event, code)
        if event != FAILED or wait is None:
            break
        line.close()
        pause(wait)
    return event


def _hand_over(connection: smtplib.SMTP, mail, name: str) -> tuple[str, int | None]:
    """Hand a mail to the server and return the event and the reply code."""
    try:
        connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as problem:
        code = min(answer[0] for answer in problem.recipients.values())
        return REFUSED if code >= 500 else FAILED, code
    except smtplib.SMTPSenderRefused as problem:
        if problem.smtp_code >= 500:
            raise StrideError(
                f"{name} does not take mail from {mail['From'].addresses[0].addr_spec} "
                f"({problem.smtp_code}): look at STRIDE_MAIL_FROM, and at user and password."
            ) from None
        return FAILED, problem.smtp_code
    except smtplib.SMTPResponseException as problem:
        return REFUSED if problem.smtp_code >= 500 else FAILED, problem.smtp_code
    except smtplib.SMTPNotSupportedError:
        return REFUSED, None  # the server does not support the characters of an address
    except (smtplib.SMTPException, OSError):
        return FAILED, None  # the connection broke before or after the mail was accepted
    return SENT, 250


class _Unreachable(Exception):
    """The server can't be reached at the moment."""


class _Line:
    """A connection that is opened on demand and reopened after a failure."""

    def __init__(self, server: Server, timeout_s: float):
        self._server, self._timeout_s = server, timeout_s
        self._connection: smtplib.SMTP | None = None
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
                    f"{self.name} does not support a required feature: {problem} If it expects TLS "
                    "from the start, use smtps://."
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
        host, port, timeout_s = server.host, server.port, self._timeout_s
        connection: smtplib.SMTP
        if server.security == "tls":
            connection = smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=trusted)
        else:
            connection = smtplib.SMTP(host, port, timeout=timeout_s)
        try:
            if server.security == "starttls":
                connection.starttls(context=trusted)
            if server.user:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection
