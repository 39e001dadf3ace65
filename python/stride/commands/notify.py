"""``stride notify``: sends the messages of the outbox."""

from contextlib import nullcontext
from datetime import date, timedelta

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
@click.option(
    "--catalog",
    metavar="NAME",
    help="Read and keep receipts in this catalog; within a Databricks workspace alone.",
)
def notify(dry_run: bool, max_age_days: int, catalog: str | None):
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
    from stride.notify.deliveries import TableDeliveries, open_deliveries
    from stride.notify.mail import compose
    from stride.notify.outbox import queued_here, queued_in_catalog, read_outbox
    from stride.notify.send import send_all
    from stride.notify.server import operators, read_server

    server, today = None if dry_run else read_server(), date.today()
    since = today - timedelta(days=max_age_days)
    if catalog:
        session = _session()
        queued = queued_in_catalog(session, catalog, since)
        opened = nullcontext(TableDeliveries(session, catalog))
    else:
        queued = queued_here(paths.database(), since)
        opened = open_deliveries(paths.deliveries())
    outbox = read_outbox(queued, paths.landing(), operators(), today)
    with opened as deliveries:
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


def _session():
    """The Spark session of the task that this runs in."""
    try:
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
    except ImportError:
        session = None
    if session is None:
        raise StrideError("--catalog needs the Spark session of a task in a Databricks workspace.")
    return session


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
