"""Low-level access to Strava through stravalib's protocol.

stravalib sends the requests with the token, classifies errors and reads the rate limits. Its
`Client` is not used, because it converts activities into models with units while Stride lands the
original JSON. Its token renewal is not used either, because it does not store a new token before
using it.
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
    """Return Strava's address, or ``STRIDE_STRAVA_URL`` in tests.

    Raises
    ------
    StrideError
        If the address would send tokens unencrypted over the network.
    """
    url = os.environ.get("STRIDE_STRAVA_URL", SERVER).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise StrideError("STRIDE_STRAVA_URL must begin with https://, or be on this computer.")
    return url


def connect(
    note: Callable[[Mapping[str, str], str], object],
    server: str = SERVER,
    timeouts_s: tuple[float, float] = (10, 60),
):
    """Create stravalib's protocol with Stride's session.

    Parameters
    ----------
    note : callable
        Called with the headers of each response and the method.
    server : str
    timeouts_s : (float, float)
        For connecting, and between two parts of a response.

    Returns
    -------
    stravalib.protocol.ApiV3

    Raises
    ------
    StrideError
        If stravalib is not installed.
    """
    # Importing stravalib enables all warnings of the process and logs them.
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
            # Without it, requests would send credentials of a .netrc instead of the token.
            self.auth = lambda request: request
            if urlsplit(server).hostname in _LOOPBACK:
                self.trust_env = False  # no proxy to this computer

        def request(self, method, url, **options):
            # This API does not redirect; following one would send the request elsewhere.
            return super().request(
                method, url, **options | {"timeout": timeouts_s, "allow_redirects": False}
            )

    class Api(ApiV3):
        def _check_credentials(self) -> None:
            """Do nothing: Stride passes the application's id and secret where they are needed."""

        def resolve_url(self, url: str) -> str:
            return super().resolve_url(url).replace(f"https://{self.server}", server, 1)

    return Api(requests_session=Session(), rate_limiter=note)
