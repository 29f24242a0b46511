"""Connections of downloads: to the address that was checked, with a limit on every wait."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import h11
import httpcore
import httpx

from embedlab.base import addresses, limits
from embedlab.base.addresses import INSTEAD
from embedlab.base.errors import Unreachable

SLOWEST = 10_000
"""Bytes per second that a download must bring, on average over each ``WINDOW``."""
WINDOW = 60.0
"""Seconds of waiting for the network after which the speed is looked at."""
SILENCE = 30.0
"""Seconds that one wait for the network may last."""
MOST_TRIED = 8
"""Addresses of one host that are tried."""
PLAIN = {"accept-encoding": "identity"}
TROUBLE = (
    httpx.HTTPError, httpx.InvalidURL, httpx.StreamError,
    httpcore.ConnectionNotAvailable, httpcore.ProxyError, httpcore.UnsupportedProtocol, httpcore.ProtocolError,
    httpcore.TimeoutException, httpcore.NetworkError, h11.ProtocolError,
    OSError,  # of sockets and of ssl
    ValueError, OverflowError,  # of idna and the codecs, too
)  # fmt: skip
"""What the libraries of the network raise."""


@contextmanager
def trouble(url: str) -> Iterator[None]:
    """Turn what the libraries of the network raise into a sentence.

    Raises:
        Unreachable: one of them raised something.
    """
    try:
        yield
    except TROUBLE as error:
        said = str(error) or type(error).__name__
        raise Unreachable(f"{url} could not be reached ({said}). {INSTEAD}") from error


class Pace:
    """How fast a download must be, and how long it may take.

    Args:
        seconds: it may take from now on.
        clock: what tells the seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self.seconds, self.clock, self.began = seconds, clock, clock()
        self.waited, self.received = 0.0, 0  # in this window

    def patience(self, timeout: float | None) -> float:
        """How long the next wait may last."""
        left = min(self.began + self.seconds - self.clock(), WINDOW - self.waited)
        return max(0.001, min(SILENCE if timeout is None else timeout, left))

    def count(self, seconds: float, received: int) -> None:
        """Add a wait and what it brought.

        Raises:
            Unreachable: the download is too slow or has taken too long.
        """
        self.waited += seconds
        self.received += received
        if self.clock() - self.began >= self.seconds:
            said = f"The download took longer than {self.seconds:,.0f} seconds, the most that it may, and was stopped."
            raise Unreachable(limits.met("download_seconds", f"{said} {INSTEAD}"))
        if self.waited >= WINDOW:
            if self.received < SLOWEST * WINDOW:
                raise Unreachable(
                    f"The download brought less than {SLOWEST:,} bytes a second for {WINDOW:.0f} seconds, which is too "
                    f"slow, and was stopped. {INSTEAD}"
                )
            self.waited, self.received = 0.0, 0


class Stream(httpcore.NetworkStream):
    """A connection whose reads obey a pace.

    Args:
        inner: the connection.
        pace: of all that is read.
    """

    def __init__(self, inner: httpcore.NetworkStream, pace: Pace) -> None:
        self.inner, self.pace = inner, pace

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come, or wait for it."""
        before, patience = self.pace.clock(), self.pace.patience(timeout)
        try:
            block = self.inner.read(max_bytes, patience)
        except httpcore.ReadTimeout:
            self.pace.count(max(patience, self.pace.clock() - before), 0)
            raise
        self.pace.count(self.pace.clock() - before, len(block))
        return block

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a request, which is short."""
        self.inner.write(buffer, timeout)

    def close(self) -> None:
        """End the connection."""
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """Encrypt it; the certificate must be the named host's."""
        return Stream(self.inner.start_tls(ssl_context, server_hostname, timeout), self.pace)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore wants to know of it."""
        return self.inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Opens connections.

    Args:
        pace: of all that is read.
        checked: whether a host's addresses are looked up and checked here, and one of just these is connected to. A
            name that answers differently from one look-up to the next leads nowhere else.
    """

    def __init__(self, pace: Pace, *, checked: bool) -> None:
        self.pace, self.checked = pace, checked

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Stream:
        """Connect to the first address that answers."""
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        found = addresses.resolve(host, port)[:MOST_TRIED] if self.checked else [host]
        for address in found:
            before = self.pace.clock()
            try:
                inner = httpcore.SyncBackend().connect_tcp(
                    address, port, self.pace.patience(timeout), local_address, socket_options
                )
                return Stream(inner, self.pace)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            self.pace.count(self.pace.clock() - before, 0)
        raise failed


class Body(httpx.SyncByteStream):
    """What comes after an answer's headers.

    Args:
        inner: as httpcore gives it.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self.inner

    def close(self) -> None:
        """Give the connection back."""
        self.inner.close()


class Transport(httpx.BaseTransport):
    """Answers requests by a direct connection, or through the proxy that the environment names for a host.

    Args:
        pace: of all that is read.
        local: whether addresses of this machine may be asked; proxies are not, then.
    """

    def __init__(self, pace: Pace, *, local: bool) -> None:
        self.pace, self.local = pace, local
        self.ssl = httpx.create_ssl_context()
        self.pools: dict[str, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the answer's headers."""
        name = "" if self.local else addresses.proxy(request.url)
        if name not in self.pools:
            self.pools[name] = self._pool(name)
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self.pools[name].handle_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        """End all connections."""
        for pool in self.pools.values():
            pool.close()

    def _pool(self, proxy: str) -> httpcore.ConnectionPool:
        backend = Backend(self.pace, checked=not (proxy or self.local))
        if not proxy:
            return httpcore.ConnectionPool(ssl_context=self.ssl, network_backend=backend)
        if httpx.URL(proxy).scheme not in ("http", "https"):
            raise Unreachable(f"The proxy that HTTPS_PROXY or ALL_PROXY names must begin with http://. {INSTEAD}")
        named = httpx.Proxy(proxy)
        return httpcore.HTTPProxy(
            httpcore.URL(
                scheme=named.url.raw_scheme, host=named.url.raw_host, port=named.url.port, target=named.url.raw_path
            ),
            proxy_auth=named.raw_auth,
            proxy_headers=named.headers.raw,
            ssl_context=self.ssl,
            network_backend=backend,
        )  # fmt: skip


def client(pace: Pace, *, local: bool = False) -> httpx.Client:
    """Something that asks for addresses, one redirection at a time.

    Args:
        pace: of all that is read.
        local: whether addresses of this machine may be asked.
    """
    return httpx.Client(transport=Transport(pace, local=local), timeout=SILENCE, headers=PLAIN, trust_env=False)
