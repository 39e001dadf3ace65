"""A local Strava server: the documented endpoints and their faults.

It speaks HTTP on the loopback, keeps its accounts in memory, and does on request what the real one
does now and then: refuse, break off, answer slowly, forget a token, change while it is listed.
"""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = 4711, "secret-of-the-application"
FAULTS = ("500", "502", "hang_up", "truncated", "half_json", "html", "slow", "expired", "429")
SLOW_S = 0.25


def summary(number: int, start: datetime, **changes) -> dict:
    """An entry of the list of activities, with the keys of Strava's SummaryActivity."""
    hours = changes.pop("utc_offset", 3600)
    local = start + timedelta(seconds=hours)
    seconds = 1800 + number * 37 % 3600
    return {
        "resource_state": 2,
        "athlete": {"id": 1, "resource_state": 1},
        "name": f"Zwischen-Tür-und-Angel {number} 🏃",
        "distance": round(seconds * 2.9, 1),
        "moving_time": seconds - 7,
        "elapsed_time": seconds,
        "total_elevation_gain": number % 90,
        "type": "Run",
        "sport_type": "Run",
        "workout_type": 0,
        "id": 9_007_199_254_740_993 + number,
        "external_id": f"garmin_push_{number}",
        "upload_id": 1_234_567_891_234 + number,
        "start_date": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "start_date_local": f"{local:%Y-%m-%dT%H:%M:%SZ}",
        "timezone": "(GMT+00:00) Europe/Lisbon",
        "utc_offset": hours,
        "start_latlng": [38.7, -9.1],
        "end_latlng": [38.7, -9.1],
        "start_latitude": 38.7,
        "start_longitude": -9.1,
        "achievement_count": 0,
        "kudos_count": number % 5,
        "comment_count": 0,
        "athlete_count": 1,
        "photo_count": 0,
        "map": {"id": f"a{number}", "summary_polyline": "_p~iF~ps|U", "resource_state": 2},
        "trainer": False,
        "commute": False,
        "manual": False,
        "private": number % 7 == 0,
        "visibility": "only_me" if number % 7 == 0 else "everyone",
        "flagged": False,
        "gear_id": "g1",
        "from_accepted_tag": False,
        "average_speed": 2.9,
        "max_speed": 4.4,
        "has_heartrate": True,
        "average_heartrate": 140.5,
        "max_heartrate": 171,
        "elev_high": 80.2,
        "elev_low": 2.0,
        "pr_count": 0,
        "total_photo_count": 0,
        "has_kudoed": False,
        "suffer_score": 40 + number % 30,
    } | changes


def year(activities: int = 300, last_day: datetime = datetime(2026, 6, 30, tzinfo=UTC)) -> dict:
    """Activities of the year that ends on a day, by id."""
    first = last_day - timedelta(days=365)
    step = timedelta(days=365) / activities
    rows = [summary(n, (first + n * step).replace(microsecond=0)) for n in range(activities)]
    return {row["id"]: row for row in rows}


def details(activity: dict) -> dict:
    """The details of an activity: its list entry and more."""
    return activity | {
        "resource_state": 3,
        "description": f"geheim {activity['id']}",
        "calories": 512.5,
        "perceived_exertion": 6,
        "map": activity["map"] | {"polyline": "_p~iF~ps|U", "resource_state": 3},
        "segment_efforts": [{"id": 7, "segment": {"id": 8, "start_latitude": 38.7}}],
        "laps": [{"id": 1, "name": "Lap 1", "start_index": 0, "distance": 1000.0}],
    }


def streams(activity: dict) -> dict | None:
    """Samples by type, or None for an activity entered by hand."""
    if activity["manual"]:
        return None
    samples = {
        "time": list(range(60)),
        "distance": [2.9 * second for second in range(60)],
        "heartrate": [120 + second % 30 for second in range(60)],
    }
    return {
        name: {"data": data, "series_type": "time", "original_size": 60, "resolution": "high"}
        for name, data in samples.items()
    }


class Account:
    """One athlete at Strava."""

    def __init__(self, strava_id: int, activities: dict):
        self.strava_id, self.activities = strava_id, activities
        self.forbidden: set[int] = set()
        self.code = f"code-{strava_id}"
        self.access, self.refresh = f"access-{strava_id}-0", f"refresh-{strava_id}-0"
        self.expires_at = 0.0
        self.renewals = 0
        self.secrets = {self.code, self.access, self.refresh}

    def renew(self) -> dict:
        """Issue new tokens; the old ones become invalid."""
        self.renewals += 1
        self.access = f"access-{self.strava_id}-{self.renewals}"
        self.refresh = f"refresh-{self.strava_id}-{self.renewals}"
        self.expires_at = time.time() + 6 * 3600
        self.secrets |= {self.access, self.refresh}
        return {
            "token_type": "Bearer",
            "access_token": self.access,
            "refresh_token": self.refresh,
            "expires_at": int(self.expires_at),
            "expires_in": 6 * 3600,
        }

    def revoke(self) -> None:
        self.access = self.refresh = None


class LocalStrava:
    """The server, a context manager; ``url`` is its address."""

    def __init__(self, *accounts: Account):
        self.accounts = {account.strava_id: account for account in accounts}
        self.requests: list[str] = []
        self.counts: Counter = Counter()
        self.fault_at: Callable[[int, str], str | None] = lambda number, path: None
        self.before: Callable[[int, str], object] = lambda number, path: None
        self.limits = {"read": (100_000, 100_000), "all": (200_000, 200_000)}
        self.granted = "read,activity:read_all"
        self.most_per_page = 200
        self.is_inactive = False
        self.lock = threading.RLock()
        strava = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # avoids a delay of 40 ms per response

            def do_GET(self):
                strava._serve(self)

            def do_POST(self):
                strava._serve(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def next_quarter(self) -> None:
        """Reset the counts of the 15 minutes."""
        self.counts["read_short"] = self.counts["all_short"] = 0

    def next_day(self) -> None:
        """Reset the counts of the day."""
        self.counts.clear()

    # ------------------------------------------------------------------ one request

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length).decode()
        given = {key: values[-1] for key, values in parse_qs(f"{parts.query}&{body}").items()}
        with self.lock:
            number = len(self.requests)
            self.requests.append(f"{handler.command} {parts.path}")
        self.before(number, parts.path)
        fault = self.fault_at(number, parts.path)
        with self.lock:
            if fault == "hang_up":
                handler.close_connection = True
                return
            if fault == "expired":
                account = self._account(handler)
                if account:
                    account.access = "withdrawn"
            if fault and fault.isdigit():
                # A simulated 429 does not change the counts.
                return _send(handler, int(fault), {"message": "fault", "errors": []}, {})
            status, answer, headers = self._answer(handler, parts.path, given)
        if fault == "slow":
            time.sleep(SLOW_S)
        text = json.dumps(answer, ensure_ascii=False).encode()
        if fault == "html":
            text = b"<html><body>Strava is taking a breather</body></html>"
        if fault == "half_json":
            text = text[: len(text) // 2]
        cut = len(text) // 2 if fault == "truncated" else len(text)
        _send(handler, status, text, headers, cut)

    def _answer(self, handler, path: str, given: dict) -> tuple[int, object, dict]:
        if path == "/oauth/authorize":
            query = {"state": given["state"], "code": "", "scope": self.granted}
            account = next(iter(self.accounts.values()))
            query |= {"code": account.code} if self.granted else {"error": "access_denied"}
            return 302, {}, {"Location": f"{given['redirect_uri']}?{urlencode(query)}"}
        if path == "/oauth/token":
            return self._token(given)
        account = self._account(handler)
        if path == "/oauth/deauthorize":
            if account is None:
                return 401, _error("Authorization Error"), {}
            account.revoke()
            return 200, {"access_token": "gone"}, {}
        refusal = self._count()
        headers = self._rates()
        if refusal:
            return 429, _error("Rate Limit Exceeded"), headers
        if self.is_inactive:
            error = {"resource": "Application", "field": "Status", "code": "Inactive"}
            return 403, {"message": "Forbidden", "errors": [error]}, headers
        if account is None:
            return 401, _error("Authorization Error"), headers
        status, answer = self._resource(account, path.removeprefix("/api/v3/"), given)
        return status, answer, headers

    def _token(self, given: dict) -> tuple[int, object, dict]:
        if given.get("client_id") != str(CLIENT_ID) or given.get("client_secret") != CLIENT_SECRET:
            return 401, _error("Authorization Error"), {}
        for account in self.accounts.values():
            if given["grant_type"] == "authorization_code" and given["code"] == account.code:
                me = {"id": account.strava_id, "firstname": "Ana", "lastname": "Geheimnis"}
                return 200, account.renew() | {"athlete": me}, {}
            if given["grant_type"] == "refresh_token" and given["refresh_token"] == account.refresh:
                return 200, account.renew(), {}
        return 400, _error("Bad Request"), {}

    def _resource(self, account: Account, path: str, given: dict) -> tuple[int, object]:
        if path == "athlete":
            return 200, {"id": account.strava_id, "firstname": "Ana", "lastname": "Geheimnis"}
        if path == "athlete/activities":
            return 200, self._page(account, given)
        found = re.fullmatch(r"activities/(\d+)(/streams)?", path)
        activity = account.activities.get(int(found[1])) if found else None
        if activity is None:
            return 404, _error("Record Not Found")
        if activity["id"] in account.forbidden:
            return 403, _error("Forbidden")
        if not found[2]:
            return 200, details(activity)
        assert given["key_by_type"] == "true" and "latlng" not in given["keys"]
        samples = streams(activity)
        return (200, samples) if samples else (404, _error("Record Not Found"))

    def _page(self, account: Account, given: dict) -> list[dict]:
        rows = sorted(account.activities.values(), key=lambda row: (row["start_date"], row["id"]))
        after, before = int(given.get("after", 0)), int(given.get("before", 10**11))
        rows = [row for row in rows if after < _seconds(row["start_date"]) < before]
        size = min(int(given.get("per_page", 30)), self.most_per_page)
        first = (int(given.get("page", 1)) - 1) * size
        return rows[first : first + size]

    def _account(self, handler) -> Account | None:
        token = (handler.headers.get("Authorization") or "").removeprefix("Bearer ")
        for account in self.accounts.values():
            if account.access and token == account.access and time.time() < account.expires_at:
                return account
        return None

    def _count(self) -> bool:
        """Count a request and return whether a limit refuses it."""
        refused = False
        for kind, (short, long) in self.limits.items():
            self.counts[f"{kind}_short"] += 1
            self.counts[f"{kind}_long"] += 1
            refused |= self.counts[f"{kind}_short"] > short or self.counts[f"{kind}_long"] > long
        return refused

    def _rates(self) -> dict:
        headers = {}
        for kind, name in (("all", "X-RateLimit"), ("read", "X-ReadRateLimit")):
            headers[f"{name}-Limit"] = "{},{}".format(*self.limits[kind])
            headers[f"{name}-Usage"] = "{},{}".format(
                self.counts[f"{kind}_short"], self.counts[f"{kind}_long"]
            )
        return headers


def _error(message: str) -> dict:
    return {"message": message, "errors": [{"resource": "Application", "code": "invalid"}]}


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _send(handler, status: int, body, headers: dict, cut: int | None = None) -> None:
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:cut])
        handler.close_connection = cut is not None and cut < len(body)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the client disconnected
