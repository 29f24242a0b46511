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
"""Least speed of a download in bytes per second, on average over each ``WINDOW``."""
WINDOW = 60.0
"""Seconds of waiting for the network after which the speed is checked."""
SILENCE = 30.0
"""Longest single wait for the network, in seconds."""
MOST_TRIED = 8
"""Most addresses of one host that are tried."""
PLAIN = {"accept-encoding": "identity"}
TROUBLE = (
    httpx.HTTPError, httpx.InvalidURL, httpx.StreamError,
    httpcore.ConnectionNotAvailable, httpcore.ProxyError, httpcore.UnsupportedProtocol, httpcore.ProtocolError,
    httpcore.TimeoutException, httpcore.NetworkError, h11.ProtocolError,
    OSError,  # of sockets and of ssl
    ValueError, OverflowError,  # of idna and the codecs, too
)  # fmt: skip
"""Errors that the network libraries raise."""


@contextmanager
def trouble(url: str) -> Iterator[None]:
    """Turn the network libraries' errors into ``Unreachable`` with a message for people.

    Raises:
        Unreachable: a library raised an error.
    """
    try:
        yield
    except TROUBLE as error:
        message = str(error) or type(error).__name__
        raise Unreachable(f"{url} could not be reached ({message}). {INSTEAD}") from error


class Pace:
    """Limits of a download: how fast it must be, and how long it may take.

    Args:
        seconds: longest duration from now.
        clock: gives the time in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self.seconds, self.clock, self.began = seconds, clock, clock()
        self.waited, self.received = 0.0, 0  # in this window

    def patience(self, timeout: float | None) -> float:
        """How long the next wait may last."""
        left = min(self.began + self.seconds - self.clock(), WINDOW - self.waited)
        return max(0.001, min(SILENCE if timeout is None else timeout, left))

    def count(self, seconds: float, received: int) -> None:
        """Add a wait, and the bytes that it brought.

        Raises:
            Unreachable: the download is too slow or has taken too long.
        """
        self.waited += seconds
        self.received += received
        if self.clock() - self.began >= self.seconds:
            message = (
                f"The download took longer than {self.seconds:,.0f} seconds, the most that it may, and was stopped."
            )
            raise Unreachable(limits.met("download_seconds", f"{message} {INSTEAD}"))
        if self.waited >= WINDOW:
            if self.received < SLOWEST * WINDOW:
                raise Unreachable(
                    f"The download brought less than {SLOWEST:,} bytes a second for {WINDOW:.0f} seconds, which is too "
                    f"slow, and was stopped. {INSTEAD}"
                )
            self.waited, self.received = 0.0, 0


class Stream(httpcore.NetworkStream):
    """A connection whose reads are limited by a pace.

    Args:
        inner: the connection.
        pace: the limits of all reads.
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
        """Close the connection."""
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """Start TLS; the certificate must be that of the named host."""
        return Stream(self.inner.start_tls(ssl_context, server_hostname, timeout), self.pace)

    def get_extra_info(self, info: str) -> Any:
        """Pass on httpcore's questions about the connection."""
        return self.inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Open connections.

    Args:
        pace: the limits of all reads.
        checked: whether a host's addresses are looked up and checked here, and the connection goes to one of them. So a
            name whose DNS answer changes between two look-ups (DNS rebinding) gains nothing.
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
    """The body of a response.

    Args:
        inner: the body as httpcore gives it.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self.inner

    def close(self) -> None:
        """Return the connection to the pool."""
        self.inner.close()


class Transport(httpx.BaseTransport):
    """Send requests directly, or through the proxy that the environment names for a host.

    Args:
        pace: the limits of all reads.
        local: whether addresses of this machine are allowed; then no proxy is used.
    """

    def __init__(self, pace: Pace, *, local: bool) -> None:
        self.pace, self.local = pace, local
        self.ssl = httpx.create_ssl_context()
        self.pools: dict[str, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the response's headers."""
        name = "" if self.local else addresses.proxy(request.url)
        if name not in self.pools:
            self.pools[name] = self._pool(name)
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self.pools[name].handle_request(sent)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close all connections."""
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
    """Make an HTTP client that does not follow redirects by itself.

    Args:
        pace: the limits of all reads.
        local: whether addresses of this machine are allowed.
    """
    return httpx.Client(transport=Transport(pace, local=local), timeout=SILENCE, headers=PLAIN, trust_env=False)
