"""Connections of downloads: where they really go, whom they trust, and when they end."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import h11
import httpcore
import httpx
import pytest

from embedlab.base import BadInput, Unreachable
from embedlab.workflows import connection, downloads

PUBLIC, OTHER = "93.184.216.34", "2606:4700::1111"
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthe 1"
OK = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"


class Wire(httpcore.NetworkStream):
    """A connection that gives what is written here, and notes what it was asked."""

    def __init__(self, net: Net, answers: Iterable[bytes]) -> None:
        self.net, self.answers = net, iter(answers)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return next(self.answers, b"")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.net.sent.append(buffer)

    def close(self) -> None:
        """Nothing to end."""

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: Any = None) -> Wire:
        self.net.tls.append((server_hostname, ssl_context.check_hostname, ssl_context.verify_mode))
        return self

    def get_extra_info(self, info: str) -> Any:
        return None


class Net:
    """A network without wires: the answers of a look-up one after the other, and what each connection gives."""

    def __init__(self) -> None:
        self.lookups: dict[str, list[list[str]]] = {}
        self.gives: list[Iterable[bytes]] = []
        self.connected: list[tuple[str, int]] = []
        self.dead: set[str] = set()
        self.tls: list[Any] = []
        self.sent: list[bytes] = []

    def getaddrinfo(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        answers = self.lookups.get(host) or [[host]]
        numbers = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    def connect_tcp(self, _: Any, host: str, port: int, *__: Any, **___: Any) -> Wire:
        self.connected.append((host, port))
        if host in self.dead or not self.gives:
            raise httpcore.ConnectError("no route")
        return Wire(self, self.gives.pop(0))


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch, lab_home: Path) -> Iterator[Net]:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    made = Net()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *given, **named: made.connect_tcp(*given, **named))
    yield made


def test_the_connection_goes_to_the_address_that_was_checked_and_trusts_the_name_alone(
    net: Net, tmp_path: Path
) -> None:
    net.lookups["public.example"], net.gives = [[PUBLIC]], [[PLAIN]]
    assert downloads.fetch("https://public.example/x", tmp_path / "x").read_bytes() == b"the 1"
    assert net.connected == [(PUBLIC, 443)]
    assert net.tls == [("public.example", True, ssl.CERT_REQUIRED)]
    assert b"Host: public.example\r\n" in b"".join(net.sent)


def test_a_name_that_answers_differently_the_second_time_leads_nowhere(net: Net, tmp_path: Path) -> None:
    net.lookups["turns.example"], net.gives = [[PUBLIC], ["127.0.0.1"]], [[PLAIN]]
    with pytest.raises(BadInput, match="its own network"):
        downloads.fetch("https://turns.example/x", tmp_path / "x")
    assert net.connected == []


def test_the_next_address_of_a_host_is_tried(net: Net, tmp_path: Path) -> None:
    net.lookups["public.example"], net.gives, net.dead = [[OTHER, PUBLIC]], [[PLAIN]], {OTHER}
    downloads.fetch("https://public.example/x", tmp_path / "x")
    assert net.connected == [(OTHER, 443), (PUBLIC, 443)]


@pytest.mark.parametrize(
    "target",
    [b"https://inside.example/", b"https://[::ffff:10.0.0.7]/", b"http://public.example/", b"https://2130706433/"],
)
@pytest.mark.parametrize("proxy", ["", "http://10.9.9.9:3128"])
def test_each_redirect_is_checked_with_and_without_a_proxy(
    net: Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: bytes, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    net.lookups |= {"public.example": [[PUBLIC]], "inside.example": [["10.0.0.7"]]}
    through = [b"HTTP/1.1 200 OK\r\n\r\n"] if proxy else []
    net.gives = [[*through, MOVED % target]]
    with pytest.raises(BadInput, match="is not taken"):
        downloads.fetch("https://public.example/x", tmp_path / "x")
    assert len(net.connected) == 1


@pytest.mark.parametrize("hops", [downloads.REDIRECTS, downloads.REDIRECTS + 1])
def test_five_redirects_are_followed_and_no_more(net: Net, tmp_path: Path, hops: int) -> None:
    net.gives = [[MOVED % b"https://h%d.example/" % hop] for hop in range(hops)] + [[PLAIN]]
    net.lookups = {f"h{hop}.example": [[PUBLIC]] for hop in (*range(hops), "")}
    if hops == downloads.REDIRECTS:
        downloads.fetch("https://h.example/x", tmp_path / "x")
    else:
        with pytest.raises(Unreachable, match="never to a file"):
            downloads.fetch("https://h.example/x", tmp_path / "x")
    assert [name for name, *_ in net.tls] == ["h.example", *(f"h{hop}.example" for hop in range(downloads.REDIRECTS))]


def test_a_proxy_gets_the_name_and_checks_nothing_away(
    net: Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://10.9.9.9:3128")
    net.lookups |= {"public.example": [[PUBLIC]], "inside.example": [["10.0.0.7"]]}
    net.gives = [[b"HTTP/1.1 200 OK\r\n\r\n", PLAIN]]
    downloads.fetch("https://public.example/x", tmp_path / "x")
    assert net.connected == [("10.9.9.9", 3128)] and net.sent[0].startswith(b"CONNECT public.example:443 ")
    assert net.tls == [("public.example", True, ssl.CERT_REQUIRED)]
    for url in ("https://inside.example/x", "https://127.0.0.1/x", "https://[2002:7f00:1::]/x"):
        with pytest.raises(BadInput, match="its own network"):
            downloads.fetch(url, tmp_path / "y")
    assert len(net.connected) == 1


def test_a_host_that_goes_round_the_proxy_is_pinned_too(
    net: Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://10.9.9.9:3128")
    monkeypatch.setenv("NO_PROXY", "turns.example,127.0.0.1")
    net.lookups["turns.example"], net.gives = [[PUBLIC], ["127.0.0.1"]], [[PLAIN]]
    for url in ("https://turns.example/x", "https://127.0.0.1/x"):
        with pytest.raises(BadInput, match="its own network"):
            downloads.fetch(url, tmp_path / "x")
    assert net.connected == []


@pytest.mark.parametrize("proxy", ["socks5://10.9.9.9:1080", "nonsense://x", "http://", "http://[", "http://x:99999"])
def test_a_proxy_that_cannot_be_used_is_said_in_a_sentence(
    net: Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    net.lookups["public.example"] = [[PUBLIC]]
    net.dead = {"", "x"}
    with pytest.raises(Unreachable):
        downloads.fetch("https://public.example/x", tmp_path / "x")


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"nonsense\r\n\r\n", OK % b"Content-Length: -1", OK % b"Content-Length: x", b"\0" * 200_000,
        OK % b"Transfer-Encoding: chunked" + b"zz\r\n", OK % b"Content-Length: 9" + b"x",
        OK % b"Content-Length: 1\r\nContent-Length: 2" + b"x",
        b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx", b"HTTP/1.1 500 \xff\xfe\r\nContent-Length: 0\r\n\r\n",
        MOVED % b"https://xn--a/", MOVED % b"https://[/", MOVED % b"https://" + b"a" * 80 + b".example/",
        MOVED % "https://é\u2488.example/".encode(), MOVED % b"https://public.example:99999/", MOVED % b"\xff\xfe://",
    ],
)  # fmt: skip
def test_whatever_a_server_answers_the_errors_are_of_the_family(net: Net, tmp_path: Path, answer: bytes) -> None:
    net.lookups["public.example"], net.gives = [[PUBLIC]], [[answer]]
    with pytest.raises((Unreachable, BadInput)):
        downloads.fetch("https://public.example/x", tmp_path / "x")
    assert list(tmp_path.glob("**/x*")) == []


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("x"), httpx.InvalidURL("x"), httpx.StreamClosed(), httpcore.ReadError("x"),
        httpcore.ProxyError("x"), httpcore.PoolTimeout("x"), httpcore.UnsupportedProtocol("x"),
        h11.RemoteProtocolError("x"), h11.LocalProtocolError("x"), ssl.SSLCertVerificationError("x"),
        socket.gaierror("x"), OverflowError("x"), ConnectionResetError("x"),
        UnicodeError("x"), UnicodeEncodeError("idna", "x", 0, 1, "x"), TimeoutError("x"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_errors_of_the_network_s_libraries_become_a_sentence(error: Exception) -> None:
    with (
        pytest.raises(Unreachable, match=r"https://public\.example could not be reached"),
        connection.trouble("https://public.example"),
    ):
        raise error


# ---------------------------------------------------------------- slow servers


class Clock:
    """Seconds that pass when somebody waits."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Dribble(httpcore.NetworkStream):
    """Gives a few bytes after some seconds, for ever; it may need longer than one is ready to wait."""

    def __init__(self, clock: Clock, seconds: float, count: int) -> None:
        self.clock, self.seconds, self.count, self.reads = clock, seconds, count, 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        assert timeout is not None and timeout > 0
        self.reads += 1
        self.clock.now += min(self.seconds, timeout)
        if self.seconds > timeout:
            raise httpcore.ReadTimeout("nothing came")
        return b"x" * self.count


def drain(stream: connection.Stream) -> None:
    for _ in range(100_000):
        stream.read(65_536, connection.SILENCE)


@pytest.mark.parametrize(("seconds", "count"), [(1.0, 1), (29.0, 65_536), (0.001, 9), (7.0, 69_000)])
def test_a_server_that_dribbles_is_left_after_a_minute(seconds: float, count: int) -> None:
    clock = Clock()
    stream = connection.Stream(Dribble(clock, seconds, count), connection.Pace(1e6, clock))
    with pytest.raises(Unreachable, match="too slow"):
        drain(stream)
    assert connection.WINDOW <= clock.now < connection.WINDOW + 0.1


def test_a_server_that_is_fast_enough_is_left_when_the_time_is_over() -> None:
    clock = Clock()
    stream = connection.Stream(Dribble(clock, 1.0, connection.SLOWEST), connection.Pace(1000.0, clock))
    with pytest.raises(Unreachable, match=r"longer than 1,000 seconds.* EMBEDLAB_MAX_DOWNLOAD_SECONDS sets this limit"):
        drain(stream)
    assert clock.now == 1000.0


def test_time_that_is_not_spent_waiting_is_not_the_server_s() -> None:
    clock = Clock()
    pace = connection.Pace(1e6, clock)
    stream = connection.Stream(Dribble(clock, 0.5, connection.SLOWEST), pace)
    for _ in range(1000):
        stream.read(65_536, None)
        clock.now += 100  # a slow disk


def test_headers_and_the_talk_with_a_proxy_have_the_same_end(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interim answers without an end, which the library would read for ever."""

    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            clock.now += 1.0
            yield b"HTTP/1.1 103 Early Hints\r\n\r\n"

    for proxy in ("", "http://10.9.9.9:3128"):
        clock = Clock()
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        net.lookups["public.example"], net.gives = [[PUBLIC]], [endless()]
        with connection.client(connection.Pace(1e6, clock)) as client, pytest.raises(Unreachable, match="too slow"):
            client.get("https://public.example/x")
        assert clock.now < connection.WINDOW + 2
