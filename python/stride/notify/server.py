"""The mail server, configured only by environment variables, so that no file has a password."""

import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from stride.errors import StrideError
from stride.ingest.settings import check_email

_SCHEMES = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("none", 25)}
_PORTS = {security: port for security, port in _SCHEMES.values()}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Server(NamedTuple):
    """An SMTP server with login, sender and operators."""

    host: str
    port: int
    security: str
    """starttls, tls or none."""
    user: str | None
    password: str | None
    sender: str
    """Sender address."""
    operators: tuple[str, ...] = ()
    """Addresses for alarms of the pipeline."""
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""

    def __repr__(self) -> str:
        """Leave out the password, so that it can't get into messages and logs."""
        return f"Server({self.host}:{self.port}, {self.security})"


def read_server(environment: Mapping[str, str] = os.environ) -> Server:
    """Read the server from the environment.

    Parameters
    ----------
    environment : mapping of str to str
        ``STRIDE_SMTP_URL``, or ``STRIDE_SMTP_HOST`` with ``_PORT``, ``_USER``, ``_PASSWORD`` and
        ``_SECURITY``; ``STRIDE_MAIL_FROM``; optionally ``STRIDE_MAIL_OPERATOR`` (addresses
        separated by commas) and ``STRIDE_SMTP_CA``.

    Returns
    -------
    Server

    Raises
    ------
    StrideError
        If a variable is missing or invalid; the message names it.

    Examples
    --------
    >>> url = "smtp://ana%40example.org:se%2Fcret@mail.example.org"
    >>> server = read_server({"STRIDE_SMTP_URL": url, "STRIDE_MAIL_FROM": "ana@example.org"})
    >>> server, server.user, server.password
    (Server(mail.example.org:587, starttls), 'ana@example.org', 'se/cret')
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    parts = _of_url(given["STRIDE_SMTP_URL"]) if "STRIDE_SMTP_URL" in given else _of_parts(given)
    host, port, security, user, password = parts
    if password and security == "none" and host not in _LOOPBACK:
        raise StrideError(
            f"The password would go to {host} unencrypted: use smtp:// (STARTTLS) or smtps://."
        )
    if "STRIDE_MAIL_FROM" not in given:
        raise StrideError("The sender is missing: set STRIDE_MAIL_FROM=stride@example.org.")
    return Server(
        host,
        port,
        security,
        user,
        password,
        _address("STRIDE_MAIL_FROM", given["STRIDE_MAIL_FROM"]),
        operators(given),
        given.get("STRIDE_SMTP_CA"),
    )


def operators(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the addresses of ``STRIDE_MAIL_OPERATOR``.

    Examples
    --------
    >>> operators({"STRIDE_MAIL_OPERATOR": "a@example.org, b@example.org"})
    ('a@example.org', 'b@example.org')
    """
    texts = environment.get("STRIDE_MAIL_OPERATOR", "").split(",")
    return tuple(_address("STRIDE_MAIL_OPERATOR", text) for text in texts if text.strip())


def _of_url(url: str) -> tuple:
    try:
        split = urlsplit(url)
        scheme, host, port = split.scheme, split.hostname, split.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in _SCHEMES or not host:
        # The message leaves out the URL, because it contains the password.
        raise StrideError(
            "STRIDE_SMTP_URL can't be read: write smtp://user:password@host:587 (STARTTLS), "
            "smtps://... (TLS) or smtp+plain://localhost:25, with %40 for an @ in user or password."
        )
    security, usual_port = _SCHEMES[scheme]
    user = unquote(split.username) if split.username else None
    password = unquote(split.password) if split.password else None
    return host, port or usual_port, security, user, password


def _of_parts(given: Mapping[str, str]) -> tuple:
    if "STRIDE_SMTP_HOST" not in given:
        raise StrideError(
            "No mail server is configured: set STRIDE_SMTP_URL=smtp://user:password@host:587, or "
            "STRIDE_SMTP_HOST and related variables; --dry-run needs no server."
        )
    security = given.get("STRIDE_SMTP_SECURITY", "starttls")
    if security not in _PORTS:
        raise StrideError(
            f"STRIDE_SMTP_SECURITY is {security!r}: write {', '.join(_PORTS)} or leave it out."
        )
    port = given.get("STRIDE_SMTP_PORT", str(_PORTS[security]))
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise StrideError(f"STRIDE_SMTP_PORT is {port!r}: write a number such as 587.")
    user, password = given.get("STRIDE_SMTP_USER"), given.get("STRIDE_SMTP_PASSWORD")
    return given["STRIDE_SMTP_HOST"], int(port), security, user, password


def _address(variable: str, text: str) -> str:
    try:
        return check_email(text.strip())
    except StrideError as problem:
        raise StrideError(f"{variable}: {problem}") from None
