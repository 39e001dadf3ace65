"""Sync from a local Strava server: no activity is lost or duplicated, whatever fails."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from local_strava import (
    CLIENT_ID,
    CLIENT_SECRET,
    FAULTS,
    SLOW_S,
    Account,
    LocalStrava,
    details,
    summary,
    year,
)

from stride.errors import StrideError
from stride.ingest import landing as landed
from stride.ingest.athletes import land_settings
from stride.ingest.strava_json import read_rows
from stride.strava.client import Client
from stride.strava.landed_activities import read_landed
from stride.strava.limits import LimitReached, Limits
from stride.strava.state import States
from stride.strava.sync import Options, sync_athlete
from stride.strava.tokens import App, Tokens

NOW = datetime(2026, 7, 1, 5, tzinfo=UTC)
FULL = Options(per_page=40)


class Killed(BaseException):
    """Simulates SIGKILL: no handler catches it."""


class Runner:
    """Syncs one athlete into a home."""

    def __init__(self, folder, strava, athlete="ana", strava_id=1):
        self.folder, self.strava, self.athlete = folder, strava, athlete
        self.landing, self.states = folder / "landing", States(folder / "strava")
        seeds = json.dumps({athlete: strava.accounts[strava_id].refresh})
        self.tokens = Tokens(folder / "tokens", {"STRAVA_REFRESH_TOKENS": seeds})
        self.messages, self.slept = [], []
        with landed.writing(self.landing):
            land_settings(self.landing, athlete, {"time_zone": "Europe/Lisbon"})

    def sync(self, options=FULL, now=NOW, waits=True):
        limits = Limits(waits=waits, say=self.messages.append, sleep=self.sleep, now=lambda: NOW)
        app = App(CLIENT_ID, CLIENT_SECRET)
        client = Client(self.athlete, self.tokens, app, limits, self.strava.url, (1, SLOW_S / 2))
        return sync_athlete(client, self.landing, self.states, options, now)

    def sleep(self, seconds):
        self.slept.append(seconds)
        if seconds > 61:
            self.strava.next_quarter()

    def rows(self) -> list[dict]:
        names = ["activity_id", "raw_row", "row_hash", "source_file", "ingested_at", "source_kind"]
        names += ["name", "started_at", "time_zone", "heart_rate_seconds", "perceived_exertion"]
        return landed.read(self.landing, "activities", self.athlete, names)

    def exist(self) -> dict[str, dict]:
        """Return the latest landed row of each activity that was not deleted."""
        alive = set(read_landed(self.landing, self.athlete))
        rows = sorted(self.rows(), key=lambda row: row["ingested_at"])
        return {row["activity_id"]: row for row in rows if row["activity_id"] in alive}


def raw(activity: dict) -> str:
    """The expected raw row of an activity: Strava's JSON without maps."""
    (row,) = read_rows(json.dumps(activity).encode(), "activity").rows
    return row["raw_row"]


def assert_equal(runner: Runner, account: Account, as_sent=lambda activity: activity) -> None:
    """Assert that the landing equals the server byte for byte, with each version once."""
    landed = {key: row["raw_row"] for key, row in runner.exist().items()}
    assert landed == {str(key): raw(as_sent(one)) for key, one in account.activities.items()}
    versions = Counter((row["activity_id"], row["row_hash"]) for row in runner.rows())
    assert set(versions.values()) <= {1}


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch):
    """Skip fsync: the tests kill processes but do not cut the power."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def strava():
    with LocalStrava(Account(1, year())) as server:
        yield server


@pytest.fixture
def account(strava):
    return strava.accounts[1]


@pytest.fixture
def ana(tmp_path, strava):
    return Runner(tmp_path, strava)


def few(strava, activities=8, every=timedelta(days=1)) -> Account:
    """An account with few activities."""
    account = strava.accounts[1]
    start = datetime(2026, 6, 20, 6, tzinfo=UTC) - every * activities
    rows = [summary(n, start + every * n) for n in range(activities)]
    account.activities = {row["id"]: row for row in rows}
    return account


# ---------------------------------------------------------------------------- a full year


def test_a_year_lands_as_strava_has_it(ana, account, strava):
    done = ana.sync()
    assert (done.new, done.changed, done.gone) == (300, 0, 0)
    assert_equal(ana, account)
    row = ana.exist()[str(9_007_199_254_740_993)]
    assert row["name"] == "Zwischen-Tür-und-Angel 0 🏃" and row["time_zone"] == "Europe/Lisbon"
    assert not [word for word in ("polyline", "latlng", "38.7") if word in row["raw_row"]]
    # On the next day the overlap is listed again, nothing lands, and few requests are made.
    before = len(strava.requests)
    done = ana.sync(now=NOW + timedelta(days=1))
    assert (done.new, done.changed, done.gone) == (0, 0, 0)
    assert len(strava.requests) - before == 3
    assert_equal(ana, account)


def test_a_year_lands_despite_every_fault(ana, account, strava):
    account.activities = year(150)
    met = Counter()
    turn = count()

    def fault(number, path):
        # Every second request fails, each with the next fault.
        if number % 2 and path != "/oauth/token":
            name = FAULTS[next(turn) % len(FAULTS)]
            met[name] += 1
            return name
        return None

    strava.fault_at = fault
    ana.sync(Options(per_page=20, details=True))
    assert set(met) == set(FAULTS) and min(met.values()) >= 10
    assert_equal(ana, account, details)
    assert account.renewals > 10


def test_faults_at_random_edits_and_deletions_in_between(ana, account, strava):
    chance = random.Random(4)
    newest = count(1000)

    def change(number, path):
        if chance.random() > 0.3 or "activities" not in path:
            return
        key = chance.choice(sorted(account.activities))
        if chance.random() < 0.5:
            del account.activities[key]
        elif chance.random() < 0.5:
            account.activities[key] = account.activities[key] | {"name": f"edited {number}"}
        else:
            start = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(600))
            one = summary(next(newest), start)
            account.activities[one["id"]] = one

    strava.before = change
    strava.fault_at = lambda number, path: (
        chance.choice([f for f in FAULTS if f != "slow"]) if chance.random() < 0.2 else None
    )
    for day in range(6):
        ana.sync(Options(per_page=25, is_full=day % 2 == 0), NOW + timedelta(days=day))
    strava.before = lambda number, path: None
    ana.sync(FULL._replace(is_full=True), NOW + timedelta(days=7))
    assert_equal(ana, account)
    assert any("edited" in row["name"] for row in ana.exist().values())


def test_no_activity_is_missed_when_deletions_shift_the_pages(ana, account, strava):
    keys = sorted(account.activities)

    def delete_one_read_before(number, path):
        if path.endswith("athlete/activities"):
            account.activities.pop(keys[len(strava.requests)], None)

    strava.before = delete_one_read_before
    ana.sync(Options(per_page=10))
    assert set(account.activities) <= {int(key) for key in ana.exist()}


# ---------------------------------------------------------------------------- edits and deletions


def test_edits_within_the_overlap_land_and_kudos_do_not(ana, account):
    ana.sync()
    recent, older = sorted(account.activities)[-3], sorted(account.activities)[10]
    account.activities[recent] |= {"name": "Volta", "kudos_count": 99}
    account.activities[older] |= {"workout_type": 1}
    account.activities[sorted(account.activities)[-2]] |= {"kudos_count": 77}
    done = ana.sync(now=NOW + timedelta(days=1))
    assert (done.new, done.changed) == (0, 1)
    assert ana.exist()[str(recent)]["name"] == "Volta"
    # Beyond the overlap, edits are found by the weekly comparison.
    done = ana.sync(now=NOW + timedelta(days=8))
    assert (done.new, done.changed) == (0, 1)
    assert json.loads(ana.exist()[str(older)]["raw_row"])["workout_type"] == 1


def test_late_uploads_are_found_by_the_weekly_comparison(ana, account):
    ana.sync()
    late = summary(5000, datetime(2026, 1, 3, tzinfo=UTC))
    account.activities[late["id"]] = late
    assert ana.sync(now=NOW + timedelta(days=1)).new == 0
    assert ana.sync(now=NOW + timedelta(days=8)).new == 1
    assert_equal(ana, account)


def test_deletions_are_marked_only_within_the_listed_period(ana, account):
    ana.sync()
    keys = sorted(account.activities)
    del account.activities[keys[-2]], account.activities[keys[5]]
    done = ana.sync(now=NOW + timedelta(days=1))
    assert done.gone == 1 and str(keys[-2]) not in ana.exist() and str(keys[5]) in ana.exist()
    assert ana.sync(now=NOW + timedelta(days=2)).gone == 0
    assert ana.sync(now=NOW + timedelta(days=9)).gone == 1
    assert_equal(ana, account)


def test_a_restored_activity_lands_again(ana, account):
    ana.sync()
    key = max(account.activities)
    one = account.activities.pop(key)
    assert ana.sync(now=NOW + timedelta(days=1)).gone == 1
    account.activities[key] = one
    assert ana.sync(now=NOW + timedelta(days=2)).new == 1
    assert set(ana.exist()) == set(map(str, account.activities))


def test_activities_of_a_hidden_account_are_not_marked_deleted(ana, account, strava):
    few(strava)
    ana.sync()
    account.forbidden = set(account.activities)
    listed, account.activities = account.activities, {}
    strava.before = lambda number, path: setattr(
        account, "activities", {} if path.endswith("athlete/activities") else listed
    )
    assert ana.sync(now=NOW + timedelta(days=1)).gone == 0
    assert len(ana.exist()) == 8


def test_strava_may_compare_local_time(ana, account, strava):
    # Near the date line local time differs from UTC by up to 14 hours.
    start = datetime(2026, 6, 1, tzinfo=UTC)
    rows = [summary(n, start + timedelta(hours=3 * n), utc_offset=-39600) for n in range(60)]
    rows += [summary(100, start + timedelta(hours=91), utc_offset=50400)]
    account.activities = {row["id"]: row for row in rows}

    def page(account, given):
        rows = sorted(account.activities.values(), key=lambda row: row["start_date_local"])
        seconds = [datetime.fromisoformat(row["start_date_local"]).timestamp() for row in rows]
        kept = [row for row, at in zip(rows, seconds, strict=True) if at > int(given["after"])]
        first = (int(given["page"]) - 1) * int(given["per_page"])
        return kept[first : first + int(given["per_page"])]

    strava._page = page
    ana.sync(Options(per_page=20))
    assert_equal(ana, account)


def test_an_unordered_list_is_read_completely(ana, account, strava):
    ordered = strava._page

    def newest_first(account, given):
        whole = ordered(account, given | {"page": 1, "per_page": 10**6})[::-1]
        first = (int(given["page"]) - 1) * int(given["per_page"])
        return whole[first : first + int(given["per_page"])]

    strava.most_per_page = 10**6
    strava._page = newest_first
    ana.sync(Options(per_page=40))
    assert_equal(ana, account)


# ---------------------------------------------------------------------------- details and streams


def test_details_and_streams_are_requested_once_and_again_after_an_edit(ana, strava):
    account = few(strava)
    by_hand = summary(50, datetime(2026, 6, 29, tzinfo=UTC), manual=True)
    account.activities[by_hand["id"]] = by_hand
    done = ana.sync(Options(details=True, streams=True))
    assert (done.new, done.completed, done.refused) == (9, 9, ())
    assert_equal(ana, account, details)
    rows = ana.exist()
    assert {row["source_file"] for row in rows.values()} == {"activities/id+streams"}
    assert not any("38.7" in row["raw_row"] for row in rows.values())
    assert {row["perceived_exertion"] for row in rows.values()} == {6.0}
    manual = rows.pop(str(by_hand["id"]))
    assert manual["heart_rate_seconds"] is None
    assert all(sum(b["seconds"] for b in r["heart_rate_seconds"]) > 50 for r in rows.values())
    # The options are stored, and parts are not requested twice.
    before = len(strava.requests)
    assert ana.sync(Options(), NOW + timedelta(days=1)).completed == 0
    assert len(strava.requests) - before == 3
    key = min(account.activities)
    account.activities[key] |= {"name": "Volta"}
    done = ana.sync(Options(), NOW + timedelta(days=2))
    assert (done.changed, done.completed) == (1, 1)
    assert_equal(ana, account, details)
    # Without the option, existing details stay.
    done = ana.sync(Options(details=False, streams=False, is_full=True), NOW + timedelta(days=3))
    assert (done.new, done.changed, done.completed) == (0, 0, 0)


def test_details_of_landed_activities_follow_when_requested(ana, strava):
    account = few(strava)
    ana.sync()
    assert ana.sync(Options(streams=True), NOW + timedelta(days=1)).completed == 8
    assert ana.sync(Options(details=True), NOW + timedelta(days=2)).completed == 8
    assert_equal(ana, account, details)
    assert all(row["heart_rate_seconds"] for row in ana.exist().values())
    assert ana.sync(Options(), NOW + timedelta(days=9)).completed == 0


def test_a_refused_activity_does_not_stop_the_others(ana, strava):
    account = few(strava)
    forbidden = sorted(account.activities)[3]
    account.forbidden = {forbidden}
    done = ana.sync(Options(details=True, streams=True))
    assert done.completed == 7
    assert done.refused == (f"Strava does not give activity {forbidden} (403).",)
    assert set(ana.exist()) == set(map(str, account.activities))
    before = len(strava.requests)
    assert ana.sync(Options(), NOW + timedelta(days=1)).refused == ()
    assert len(strava.requests) - before == 3
    account.forbidden = set()
    account.activities[forbidden] |= {"name": "Volta"}
    assert ana.sync(Options(), NOW + timedelta(days=2)).completed == 1
    assert_equal(ana, account, details)


def test_real_responses_of_strava(ana, account, strava, real_data):
    folder = real_data / "strava_api_contract"
    listed = json.loads((folder / "elevate_summary_activities_50.json").read_text())
    account.activities = {row["id"]: row | {"map": {"id": "a"}} for row in listed}
    assert len(account.activities) == 50
    done = ana.sync(Options(details=True, streams=True, per_page=20))
    assert (done.new, done.completed) == (50, 50)
    assert_equal(ana, account, details)
    assert ana.sync(Options(is_full=True), NOW + timedelta(days=1)).changed == 0


# ---------------------------------------------------------------------------- killed and resumed


def test_killed_at_any_request_and_resumed(tmp_path, strava, monkeypatch):
    account = few(strava, 5, timedelta(days=60))
    options = Options(per_page=3, details=True, streams=True, batch=3)
    send = Client._within_limits

    def killing(self, send_, _real=send):
        if next(counter) == last:
            raise Killed
        return _real(self, send_)

    monkeypatch.setattr(Client, "_within_limits", killing)
    for last in count():
        counter = count()
        runner = Runner(tmp_path / str(last), strava)
        try:
            runner.sync(options)
        except Killed:
            counter = count(10**6)
            runner.sync(options)
            assert_equal(runner, account, details)
            assert len(runner.rows()) == 10
            continue
        break
    assert last >= 2 + 4 + 10  # every request


def test_killed_at_any_write_and_resumed(tmp_path, strava, monkeypatch):
    account = few(strava, 7, timedelta(days=60))
    options = Options(per_page=5, details=True, batch=4)

    def killing(descriptor):
        if next(counter) == last:
            raise Killed

    monkeypatch.setattr(os, "fsync", killing)
    for last in count():
        counter = count(10**6)
        runner = Runner(tmp_path / str(last), strava)
        counter = count()
        try:
            runner.sync(options)
        except Killed:
            counter = count(10**6)
            # Killed between Strava's renewal and writing the token: the login is lost.
            if strava.accounts[1].refresh != runner.tokens.read("ana").refresh:
                with pytest.raises(StrideError, match="no longer accepts the connection of ana"):
                    runner.sync(options)
                continue
            runner.sync(options)
            assert_equal(runner, account, details)
            continue
        break
    assert last > 16


def test_a_killed_process_can_continue(tmp_path, strava):
    account = few(strava, 12)
    home = tmp_path / "home"
    with landed.writing(home / "landing"):
        land_settings(home / "landing", "ana", {"time_zone": "Europe/Lisbon"})
    environment = os.environ | {
        "STRIDE_HOME": str(home),
        "STRIDE_STRAVA_URL": strava.url,
        "STRAVA_CLIENT_ID": str(CLIENT_ID),
        "STRAVA_CLIENT_SECRET": CLIENT_SECRET,
        "STRAVA_REFRESH_TOKENS": json.dumps({"ana": account.refresh}),
    }
    environment.pop("STRIDE_LANDING", None)
    command = [sys.executable, "-m", "stride.cli", "strava", "sync", "--details"]
    process = None

    def kill(number, path):
        if number == 9:
            process.send_signal(signal.SIGKILL)

    strava.before = kill
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.wait(30) == -signal.SIGKILL and len(strava.requests) == 10
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    rows = landed.read(home / "landing", "activities", "ana", ["activity_id", "row_hash"])
    assert len(rows) == len({row["row_hash"] for row in rows}) == 24
    assert {row["activity_id"] for row in rows} == set(map(str, account.activities))


# ---------------------------------------------------------------------------- limits


def test_sync_waits_for_the_15_minute_limit(ana, account, strava):
    strava.limits["read"] = (6, 1000)
    ana.sync()
    assert_equal(ana, account)
    assert len(ana.slept) >= 1 and set(ana.slept) == {901}
    assert strava.counts["read_long"] == len(strava.requests) - 1  # none was refused
    assert "requests in 15 minutes is used up: continuing at" in ana.messages[0]


def test_without_waiting_the_message_names_the_time_to_continue(ana, account, strava):
    strava.limits["all"] = (6, 1000)
    with pytest.raises(LimitReached, match=r"15 minutes is used up: run .* after \d\d:\d\d UTC on"):
        ana.sync(waits=False)
    assert ana.slept == [] and 0 < len(ana.exist()) < 300
    strava.next_quarter()
    strava.limits["all"] = (600, 1000)
    ana.sync(waits=False)
    assert_equal(ana, account)


@pytest.mark.parametrize("kind", ["read", "all"])
def test_the_daily_limit_stops_and_the_next_day_continues(ana, strava, kind):
    account = few(strava, 20)
    strava.limits[kind] = (1000, 15)
    options = Options(details=True, batch=4)
    for day in range(5):
        try:
            ana.sync(options, NOW + timedelta(days=day))
        except LimitReached as stopped:
            assert "in a day is used up" in str(stopped) and "after 00:00 UTC" in str(stopped)
            strava.next_day()
    assert ana.slept == []
    assert_equal(ana, account, details)


def test_downloads_land_before_a_limit_stops_the_sync(ana, strava):
    few(strava, 20)
    ana.sync()
    strava.next_day()
    strava.limits["read"] = (1000, 12)
    with pytest.raises(LimitReached):
        ana.sync(Options(details=True, batch=25), NOW + timedelta(days=1))
    detailed = [row for row in ana.exist().values() if row["source_file"] == "activities/id"]
    assert len(detailed) == 12 - 3  # all requests left after the list


def test_a_year_lands_page_by_page(ana, strava, monkeypatch):
    def killing(self, *arguments, real=Client.activities):
        if sum("athlete/activities" in request for request in strava.requests) == 3:
            raise Killed
        return real(self, *arguments)

    monkeypatch.setattr(Client, "activities", killing)
    with pytest.raises(Killed):
        ana.sync()
    assert len(ana.exist()) > 80 and ana.states.read("ana").synced_to is None


def test_a_token_is_renewed_before_it_expires(ana, account, strava):
    ana.sync()
    soon = replace(ana.tokens.read("ana"), expires_at=int(time.time()) + 200)
    ana.tokens.write("ana", soon)
    before = len(strava.requests)
    ana.sync(now=NOW + timedelta(days=1))
    assert strava.requests[before:] == ["POST /oauth/token"] + 3 * [
        "GET /api/v3/athlete/activities"
    ]


def test_sync_waits_after_a_refusal_without_usage_headers(ana, account, strava):
    strava.fault_at = lambda number, path: "429" if number in (3, 4) else None
    ana.sync()
    assert ana.slept == [901, 901]
    assert_equal(ana, account)


def test_repeated_refusals_stop_the_sync(ana, strava):
    strava.fault_at = lambda number, path: "429" if number > 3 else None
    with pytest.raises(LimitReached):
        ana.sync()
    assert len(strava.requests) < 12


def test_a_broken_server_stops_the_sync_and_downloads_stay(ana, strava):
    strava.fault_at = lambda number, path: "503" if number > 4 else None
    with pytest.raises(StrideError, match="no usable answer in 6 attempts"):
        ana.sync()
    assert 80 <= len(ana.exist()) < 300 and ana.states.read("ana").synced_to is None
    # Each pause is about twice the previous one.
    assert len(ana.slept) == 5
    assert all(2**n / 2 <= pause <= 2**n for n, pause in enumerate(ana.slept, start=1))
