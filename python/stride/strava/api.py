"""stravalib's protocol, with Strava's address, time limits and tokens in our own hands.

stravalib makes the requests, sends the token as a header, tells errors apart and reads the limits.
Its `Client` above that is not used: it turns activities into models with units, and Stride lands
what Strava sent. Its own renewal of tokens is not used either: it forgets to write the new one
before it is used.
"""

import logging
import os
import warnings
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from stride.errors import StrideError

SERVER = "https://www.strava.com"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def address() -> str:
    """Where Strava is: ``STRIDE_STRAVA_URL``, for tests, else Strava.

    Raises
    ------
    StrideError
        If the address would send tokens over the network in the clear.
    """
    url = os.environ.get("STRIDE_STRAVA_URL", SERVER).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise StrideError("STRIDE_STRAVA_URL must begin with https://, or be on this machine.")
    return url


def connect(
    note: Callable[[Mapping[str, str], str], object],
    server: str = SERVER,
    timeouts_s: tuple[float, float] = (10, 60),
):
    """Make stravalib's protocol.

    Parameters
    ----------
    note : callable
        Called with the headers of each answer and the method.
    server : str
    timeouts_s : (float, float)
        To connect, and between two pieces of an answer.

    Returns
    -------
    stravalib.protocol.ApiV3

    Raises
    ------
    StrideError
        If stravalib is not installed.
    """
    # Importing stravalib turns on every warning of the process and sends them to the log.
    with warnings.catch_warnings():
        try:
            import requests
            from stravalib.protocol import ApiV3
        except ImportError:
            raise StrideError(
                "Strava's API needs the package stravalib: .venv/bin/pip install 'stravalib==2.6.*'"
            ) from None
        logging.captureWarnings(False)

    class Session(requests.Session):
        def __init__(self):
            super().__init__()
            # Without it requests sends what a .netrc holds for the host instead of the token.
            self.auth = lambda request: request
            if urlsplit(server).hostname in _LOOPBACK:
                self.trust_env = False  # no proxy on the way to this machine

        def request(self, method, url, **options):
            # A redirect is no answer of this API, and would carry the request elsewhere.
            return super().request(
                method, url, **options | {"timeout": timeouts_s, "allow_redirects": False}
            )

    class Api(ApiV3):
        def _check_credentials(self) -> None:
            """Stride gives the application's id and secret where they are needed."""

        def resolve_url(self, url: str) -> str:
            return super().resolve_url(url).replace(f"https://{self.server}", server, 1)

    return Api(requests_session=Session(), rate_limiter=note)
