"""Composes a message of the outbox as a mail in plain text and HTML, in the athlete's language."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from functools import cache
from typing import NamedTuple

from stride.notify.plain_text import one_line


class Message(NamedTuple):
    """A row of `gold.outbox`, in the reader's language."""

    message_id: str
    athlete_id: str | None
    """None if the message is for the operator."""
    cause: str
    day: str
    title: str
    text: str
    activity_name: str | None
    """Untrusted."""
    language: str


_WORDS = {
    "en": {
        "run": "Run",
        "why": "Stride checks your training every day.",
        "stop": "To stop these alerts:",
    },
    "pt": {
        "run": "Corrida",
        "why": "O Stride analisa o teu treino todos os dias.",
        "stop": "Para deixar de receber estes avisos:",
    },
    "pt-BR": {
        "run": "Corrida",
        "why": "O Stride analisa seu treino todos os dias.",
        "stop": "Para não receber mais estes avisos:",
    },
}


def compose(message: Message, recipients: tuple[str, ...], sender: str) -> EmailMessage:
    """Compose a mail.

    The Message-ID depends only on the message: if the connection breaks during the reply and the
    mail is sent twice, mail programs can recognise the duplicate.

    Parameters
    ----------
    message : Message
    recipients : tuple of str
        Addresses.
    sender : str
        Address.

    Returns
    -------
    EmailMessage
        With a text and an HTML part.
    """
    title, text = one_line(message.title, 150), one_line(message.text, 2000)
    name, words = one_line(message.activity_name, 80), _WORDS[message.language]
    who = message.athlete_id
    stop = f"stride alert mute {one_line(message.cause, 80)} --athlete {who}" if who else None
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = f"{title} ({who}, {message.day})" if who else f"{title} ({message.day})"
    mail["From"] = Address("Stride", addr_spec=sender)
    mail["To"] = [Address(addr_spec=recipient) for recipient in recipients]
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    lines = [title, "", text]
    lines += ["", f"{words['run']}: {name}"] if name else []
    lines += ["", "-- ", words["why"], f"{words['stop']} {stop}"] if stop else []
    mail.set_content("\n".join(lines))
    html = _template().render(
        language=message.language, title=title, text=text, name=name, words=words, stop=stop
    )
    mail.add_alternative(html, subtype="html")
    return mail


@cache
def _template():
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("stride.notify", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html.j2")
