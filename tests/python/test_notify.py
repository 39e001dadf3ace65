"""Mails are sent once through a local server, whatever faults it has."""

import json
import re
import threading
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import duckdb
import pytest
from click.testing import CliRunner
from local_mail import PASSWORD, Mailbox, OnFreePort

from stride import cli
from stride.errors import StrideError
from stride.ingest import landing
from stride.ingest.athletes import land_settings
from stride.notify.deliveries import Deliveries, TableDeliveries, open_deliveries
from stride.notify.mail import Message, compose
from stride.notify.plain_text import one_line
from stride.notify.send import send_all
from stride.notify.server import Server, read_server

HOSTILE = "<script>alert(1)</script>\r\nBcc: x@example.org =HYPERLINK(1) {{ 7*7 }} \u202egnp" + (
    "\N{PILE OF POO}" * 10_000
)
TODAY = date.today()
BOTH = ["<a@example.org>", "<b@example.org>"]


@pytest.fixture
def server(mail_server, certificate):
    return Server(
        "127.0.0.1",
        mail_server.port,
        "starttls",
        "stride",
        PASSWORD,
        "stride@example.org",
        ca_file=str(certificate),
    )


@pytest.fixture
def mails():
    return [(name, compose(message(name), ("ana@example.org",), "s@example.org")) for name in "ab"]


def message(message_id="m", **change) -> Message:
    known = {"athlete_id": "ana", "cause": "low_form", "day": "2026-06-30", "title": "T"}
    known |= {"text": "Text.", "activity_name": None, "language": "en"}
    return Message(message_id, **known | change)


@pytest.fixture
def deliveries(tmp_path):
    with open_deliveries(tmp_path / "deliveries") as log:
        yield log


def send(mails, server, deliveries, pauses=None):
    return send_all(mails, server, deliveries, (pauses if pauses is not None else []).append, 5.0)


def test_a_mail_is_sent_once_with_starttls_and_a_password(mail_server, server, deliveries, mails):
    assert send(mails, server, deliveries) == (2, 0, 0)
    assert send(mails, server, deliveries) == (0, 0, 0)
    assert [mail["Message-ID"] for mail in mail_server.mails] == BOTH
    text, html = mail_server.mails[0].iter_parts()
    assert "Text." in text.get_content() and "<p>Text.</p>" in html.get_content()


def test_a_busy_server_is_tried_again_a_limited_number_of_times(
    mail_server, server, deliveries, mails
):
    mail_server.answers = ["451 later", "250 ok", "451 later", "421 later", "450 later"]
    pauses = []
    assert send(mails, server, deliveries, pauses) == (1, 0, 1)
    assert pauses == [2.0, 2.0, 8.0]
    assert send(mails, server, deliveries) == (1, 0, 0)  # the next run
    assert [mail["Message-ID"] for mail in mail_server.mails] == BOTH


def test_a_broken_connection_is_reopened(mail_server, server, deliveries, mails):
    mail_server.answers = ["cut", "250 ok"]
    assert send(mails, server, deliveries) == (2, 0, 0)
    assert len(mail_server.mails) == 2


def test_an_unconfirmed_mail_is_sent_again_with_the_same_message_id(
    mail_server, server, deliveries
):
    mail_server.answers = ["250 then cut"]
    mails = [("a", compose(message("a"), ("ana@example.org",), "s@example.org"))]
    assert send(mails, server, deliveries) == (1, 0, 0)
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == 1


def test_a_refused_address_does_not_stop_the_others(mail_server, server, deliveries, mails):
    lost = ("lost", compose(message("lost"), ("nobody@example.org",), "s@example.org"))
    spam = ("spam", compose(message("spam"), ("ana@example.org",), "s@example.org"))
    mail_server.answers = ["554 spam"]
    assert send([lost, spam, *mails], server, deliveries) == (2, 2, 0)
    assert send([lost, spam], server, deliveries) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "wrong"}, "does not accept the user and password"),
        ({"ca_file": None}, "is not trusted"),
        ({"port": 1}, "can't be reached"),
        ({"user": None}, "does not take mail"),
    ],
)
def test_a_wrong_setting_is_one_sentence_without_the_password(
    server, deliveries, mails, change, sentence
):
    with pytest.raises(StrideError, match=sentence) as problem:
        send(mails, server._replace(**change), deliveries)
    assert PASSWORD not in str(problem.value) and "wrong" not in str(problem.value)
    assert not deliveries.is_done("a")


def test_a_silent_server_times_out(deliveries, mails):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = Server("127.0.0.1", port, "none", None, None, "s@example.org")
        with pytest.raises(StrideError, match="can't be reached"):
            send_all(mails, server, deliveries, lambda seconds: None, timeout_s=0.2)


def test_a_server_without_starttls_gets_no_mail(deliveries, mails):
    box = Mailbox()
    controller = OnFreePort(box, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        server = Server(
            "127.0.0.1", controller.port, "starttls", "stride", PASSWORD, "s@example.org"
        )
        with pytest.raises(StrideError, match="does not support a required feature"):
            send(mails, server, deliveries)
    finally:
        controller.stop()
    assert box.mails == []


def test_a_log_with_an_incomplete_line_is_read_and_continued(tmp_path):
    file = tmp_path / "deliveries.jsonl"
    file.write_text(json.dumps({"message_id": "a", "event": "sent"}) + '\n{"message_id": "b", "ev')
    log = Deliveries(file)
    assert log.is_done("a") and not log.is_done("b")
    log.write("b", "sent")
    assert Deliveries(file).is_done("a") and Deliveries(file).is_done("b")


class Session:
    """What `--catalog` asks of a Spark session, answered by DuckDB."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as stride; create schema stride.gold")

    def sql(self, query):
        found = self.connection.execute(re.sub(r"comment '[^']*'", "", query))
        columns = [name for name, *_ in found.description or []]
        return Rows(dict(zip(columns, row, strict=True)) for row in found.fetchall())


class Rows(list):
    def collect(self):
        return self


def test_a_table_keeps_what_was_sent(mail_server, server, mails):
    session = Session()
    assert send(mails, server, TableDeliveries(session, "stride")) == (2, 0, 0)
    assert send(mails, server, TableDeliveries(session, "stride")) == (0, 0, 0)
    assert len(mail_server.mails) == 2
    kept = session.connection.execute("select message_id, event, code from stride.gold.deliveries")
    assert kept.fetchall() == [
        *(("a", "sending", None), ("a", "sent", 250)),
        *(("b", "sending", None), ("b", "sent", 250)),
    ]


def test_a_catalog_is_for_tasks_in_a_workspace(server, monkeypatch):
    monkeypatch.setenv("STRIDE_SMTP_URL", "smtp://stride:secret@127.0.0.1:25")
    monkeypatch.setenv("STRIDE_MAIL_FROM", "stride@example.org")
    done = CliRunner().invoke(cli.main, ["notify", "--catalog", "stride"])
    assert done.exit_code == 1 and "Databricks workspace" in done.output


def test_a_disk_that_is_full_does_not_send_a_mail_twice(
    mail_server, server, deliveries, mails, monkeypatch
):
    write = Deliveries.write

    def full_after_sending(self, message_id, event, code=None):
        if event == "sent":
            raise OSError(28, "No space left on device")
        write(self, message_id, event, code)

    monkeypatch.setattr(Deliveries, "write", full_after_sending)
    with pytest.raises(OSError, match="No space left"):
        send(mails, server, deliveries)
    assert len(mail_server.mails) == 1


def test_two_commands_do_not_send_at_the_same_time(tmp_path):
    with open_deliveries(tmp_path):
        found = []

        def second():
            try:
                with open_deliveries(tmp_path):
                    found.append("open")
            except StrideError as problem:
                found.append(str(problem))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert found == ["Another stride notify is running: wait for it."]


@pytest.mark.parametrize("field", ["title", "text", "activity_name", "cause"])
def test_hostile_text_is_escaped_in_mails(field):
    mail = compose(message(**{field: HOSTILE}), ("ana@example.org",), "s@example.org")
    raw = mail.as_bytes()
    assert len(raw) < 40_000
    read = message_from_bytes(raw, policy=default)
    assert set(read.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }
    assert read["To"] == "ana@example.org" and "\n" not in read["Subject"]
    text, html = (part.get_content() for part in read.iter_parts())
    assert "<script" not in html and "49" not in html and "\u202e" not in text + html
    if field != "cause":
        assert "{{ 7*7 }}" in html and "&lt;script&gt;" in html


def test_untrusted_text_on_one_line_keeps_letters_of_every_script():
    assert one_line("Läufe im März, 長距離走, जॉग, עברית") == "Läufe im März, 長距離走, जॉग, עברית"
    assert one_line("\ud800half\u200f\u2066 \x1b[31mred") == "half [31mred"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "No mail server is configured"),
        ({"STRIDE_SMTP_URL": "ftp://u:geheim@h"}, "can't be read"),
        ({"STRIDE_SMTP_URL": "smtp://u:geheim@h:99999"}, "can't be read"),
        ({"STRIDE_SMTP_URL": "smtp+plain://u:geheim@mail.example.org"}, "unencrypted"),
        ({"STRIDE_SMTP_URL": "smtps://u:geheim@h"}, "STRIDE_MAIL_FROM"),
        ({"STRIDE_SMTP_HOST": "h", "STRIDE_SMTP_PORT": "x"}, "STRIDE_SMTP_PORT"),
        ({"STRIDE_SMTP_HOST": "h", "STRIDE_SMTP_SECURITY": "ssl"}, "STRIDE_SMTP_SECURITY"),
        ({"STRIDE_SMTP_HOST": "h", "STRIDE_MAIL_FROM": "a\nBcc: b@c.de"}, "not an e-mail address"),
        (
            {"STRIDE_SMTP_HOST": "h", "STRIDE_MAIL_FROM": "a@b.de", "STRIDE_MAIL_OPERATOR": "c"},
            "STRIDE_MAIL_OPERATOR",
        ),
    ],
)
def test_a_wrong_environment_is_one_sentence(environment, sentence):
    with pytest.raises(StrideError, match=sentence) as problem:
        read_server(environment)
    assert "geheim" not in str(problem.value)


# ---- the command ----


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Two athletes, one with an address, and three messages, one of them old."""
    for name in ("STRIDE_LANDING", "STRIDE_SMTP_URL", "STRIDE_MAIL_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STRIDE_HOME", str(tmp_path))
    with landing.writing(tmp_path / "landing"):
        ana = {"time_zone": "UTC", "email": "ana@example.org", "language": "pt"}
        land_settings(tmp_path / "landing", "ana", ana)
        land_settings(tmp_path / "landing", "bob", {"time_zone": "UTC"})
    with duckdb.connect(str(tmp_path / "stride.duckdb")) as connection:
        connection.execute("create schema gold")
        connection.execute(
            """create table gold.outbox as select * from (values
            ('1', 'athlete', 'ana', 'low_form', $today, $name, 'Low', 'Low.', 'Baixa', 'Baixa.'),
            ('2', 'athlete', 'bob', 'low_form', $today, null, 'Low', 'Low.', 'Baixa', 'Baixa.'),
            ('3', 'athlete', 'ana', 'low_form', $old, null, 'Old', 'Old.', 'Velha', 'Velha.'),
            ('4', 'operator', null, 'stale', $today, null, 'Stale', 'Stale.', 'Velho', 'Velho.')
            ) as rows (message_id, recipient, athlete_id, cause, message_date, activity_name,
            title_en, text_en, title_pt, text_pt)""",
            {"today": TODAY, "old": TODAY - timedelta(days=30), "name": HOSTILE},
        )
    return tmp_path


def notify(*arguments):
    return CliRunner().invoke(cli.main, ("notify", *arguments))


def test_a_dry_run_shows_and_sends_nothing_and_needs_no_server(home):
    done = notify("--dry-run")
    assert done.exit_code == 0 and "1 to send; nothing was sent." in done.output
    assert "To: ana@example.org" in done.output and "Baixa." in done.output
    assert "Velha." not in done.output  # a month old
    assert "bob: 1 without an address: stride athlete set bob --email" in done.output
    assert "operator: 1 without an address: set STRIDE_MAIL_OPERATOR" in done.output
    assert not (home / "deliveries" / "deliveries.jsonl").exists()


def test_the_command_sends_each_message_once(home, mail_server, certificate, monkeypatch):
    monkeypatch.setenv(
        "STRIDE_SMTP_URL", f"smtp://stride:s3cr%2Fet%40%3A@127.0.0.1:{mail_server.port}"
    )
    monkeypatch.setenv("STRIDE_SMTP_CA", str(certificate))
    monkeypatch.setenv("STRIDE_MAIL_FROM", "stride@example.org")
    monkeypatch.setenv("STRIDE_MAIL_OPERATOR", "ops@example.org,more@example.org")
    assert "2 sent." in notify().output
    assert "Nothing to send." in notify().output
    assert mail_server.recipients == [["ana@example.org"], ["ops@example.org", "more@example.org"]]
    assert mail_server.mails[0]["Subject"] == f"Baixa (ana, {TODAY})"
    # Pending messages are sent once an address is set.
    CliRunner().invoke(cli.main, ("athlete", "set", "bob", "--email", "bob@example.org"))
    assert "1 sent." in notify().output
    log = (home / "deliveries" / "deliveries.jsonl").read_text()
    assert "example.org" not in log and log.count('"sent"') == 3


@pytest.mark.parametrize(("days", "messages"), [(0, 0), (1, 0), (2, 1)])
def test_the_operator_gets_a_message_if_builds_do_not_reach_their_checks(
    home, monkeypatch, days, messages
):
    monkeypatch.setenv("STRIDE_MAIL_OPERATOR", "ops@example.org")
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("create schema monitoring")
        connection.execute(
            "create table monitoring.health as select ?::date as checked_on",
            [TODAY - timedelta(days=days)],
        )
    assert notify("--dry-run").output.count("Subject: Stride: no complete build since") == messages


def test_alerts_muted_since_the_build_are_not_sent(home):
    CliRunner().invoke(cli.main, ("alert", "mute", "low_form", "--athlete", "ana"))
    done = notify("--dry-run")
    assert "0 to send" in done.output and "1 muted." in done.output


def test_without_build_or_outbox_the_message_names_the_next_step(home):
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        connection.execute("drop table gold.outbox")
    assert "run `stride update`" in notify("--dry-run").output
    (home / "stride.duckdb").unlink()
    done = notify("--dry-run")
    assert done.exit_code == 1 and "run `stride update` first" in done.output


@pytest.mark.parametrize(
    ("language", "column", "subject"),
    [("pt-BR", True, "Leve (ana"), ("pt-BR", False, "Baixa (ana"), ("en", True, "Low (ana")],
)
def test_a_mail_is_in_the_athletes_language_or_in_the_nearest_one_queued(
    home, language, column, subject
):
    CliRunner().invoke(cli.main, ("athlete", "set", "ana", "--language", language))
    with duckdb.connect(str(home / "stride.duckdb")) as connection:
        if column:
            connection.execute("alter table gold.outbox add column title_pt_br string")
            connection.execute("update gold.outbox set title_pt_br = 'Leve'")
    done = notify("--dry-run")
    assert done.exit_code == 0 and f"Subject: {subject}" in done.output, done.output
