"""``stride notify``: sends the messages of the outbox."""

from datetime import date

import click

from stride import paths
from stride.errors import StrideError


@click.command()
@click.option("--dry-run", is_flag=True, help="Show the mails; send nothing.")
@click.option(
    "--max-age-days",
    default=14,
    show_default=True,
    type=click.IntRange(1, 366),
    help="Older messages are not sent.",
)
def notify(dry_run: bool, max_age_days: int):
    """Send alerts to athletes and alarms to the operator by e-mail, each once.

    \b
    Configured by environment variables only:
      STRIDE_SMTP_URL       smtp://user:password@host:587 (STARTTLS) or smtps://... (TLS)
      STRIDE_SMTP_HOST, _PORT, _USER, _PASSWORD, _SECURITY   instead of the URL
      STRIDE_SMTP_CA        certificates to trust instead of the system's
      STRIDE_MAIL_FROM      sender address
      STRIDE_MAIL_OPERATOR  addresses for alarms: stale data, failed gates, drift

    Athletes' addresses: stride athlete set ID --email ADDRESS --language en|pt|pt-BR
    """
    from stride.notify.deliveries import open_deliveries
    from stride.notify.mail import compose
    from stride.notify.outbox import read_outbox
    from stride.notify.send import send_all
    from stride.notify.server import operators, read_server

    server = None if dry_run else read_server()
    outbox = read_outbox(paths.database(), paths.landing(), operators(), date.today(), max_age_days)
    with open_deliveries(paths.deliveries()) as deliveries:
        waiting = [w for w in outbox.waiting if not deliveries.is_done(w.message.message_id)]
        mails = [
            (w.message.message_id, compose(w.message, w.recipients, _sender(server)))
            for w in waiting
        ]
        _report_unsendable(outbox)
        if dry_run:
            for _, mail in mails:
                click.echo(f"To: {mail['To']}\nSubject: {mail['Subject']}\n")
                body = mail.get_body(("plain",))
                click.echo(body.get_content() if body else "")
            click.echo(f"{len(mails)} to send; nothing was sent.")
            return
        if not mails:
            click.echo("Nothing to send.")
            return
        done = send_all(mails, server, deliveries)
    click.echo(f"{done.sent} sent.")
    if done.refused:
        click.echo(f"{done.refused} refused permanently: check the addresses.", err=True)
    if done.waiting:
        raise StrideError(f"{done.waiting} failed temporarily: run stride notify again later.")


def _sender(server) -> str:
    return server.sender if server else "stride@localhost"


def _report_unsendable(outbox) -> None:
    for athlete, number in outbox.without_address.items():
        how = (
            f"stride athlete set {athlete} --email ADDRESS"
            if athlete
            else "set STRIDE_MAIL_OPERATOR"
        )
        click.echo(f"{athlete or 'operator'}: {number} without an address: {how}.", err=True)
    if outbox.muted:
        click.echo(f"{outbox.muted} muted.", err=True)
