"""The nginx configuration that is shipped: it is valid, hides what it says, sets its headers, and the app works."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser.conftest import ROOT
from tests.browser.walking import settled

if TYPE_CHECKING:
    from email.message import Message

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SHIPPED = (ROOT / "assets" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
ANYBODY = ssl._create_unverified_context()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def proxy(address: str, tmp_path: Path) -> Iterator[str]:
    """The app behind nginx with the shipped file; only ports, certificate and the folder of its logs are others."""
    nginx, openssl = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin"), shutil.which("openssl")
    if not nginx or not openssl:
        pytest.skip("No nginx or openssl here. Install them to test the shipped configuration: apt-get install nginx")
    certificate = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "lab.key"]
    subprocess.run([openssl, "req", *certificate, "-out", "lab.pem"], cwd=tmp_path, check=True, capture_output=True)
    port = free_port()
    own = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/certs/lab.pem": f"{tmp_path}/lab.pem",
        "/etc/ssl/private/lab.key": f"{tmp_path}/lab.key",
        "http://127.0.0.1:8501;": f"{address};",
    }
    text = SHIPPED
    for shipped, here in own.items():
        assert text.count(shipped) == 1
        text = text.replace(shipped, here)
    (tmp_path / "lab.conf").write_text(text, encoding="utf-8")
    paths = "".join(
        f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"pid {tmp_path}/pid; daemon off; events {{}} http {{ access_log off; {paths} include {tmp_path}/lab.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [nginx, "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    server = subprocess.Popen(command)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"https://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def asked(url: str) -> tuple[int, Message]:
    try:
        with urlopen(url, timeout=30, context=ANYBODY if url.startswith("https") else None) as answer:
            return answer.status, answer.headers
    except HTTPError as error:
        return error.code, error.headers


def test_inner_addresses_are_hidden_and_headers_set(proxy: str, address: str) -> None:
    inner = ("metrics", "agent/openapi.json", "agent/mcp", "agent/interact", "script-health-check", "new")
    assert asked(f"{address}/_stcore/metrics")[0] == 200  # without the proxy
    for name in inner:
        assert asked(f"{proxy}/_stcore/{name}")[0] == 404
    for disguised in ("neighbors/_stcore/metrics", "_stcore//metrics", "_stcore/%6detrics", "x/../_stcore/metrics"):
        assert asked(f"{proxy}/{disguised}")[0] == 404
    for path in ("", "_stcore/health", "_stcore/host-config", "_stcore/metrics"):
        status, headers = asked(f"{proxy}/{path}")
        assert status == (404 if "metrics" in path else 200)
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"]


def test_the_app_works_behind_it_and_its_visitors_are_apart(page: Page, proxy: str) -> None:
    assert page.context.browser is not None
    visitor = page.context.browser.new_context(ignore_https_errors=True).new_page()
    visitor.goto(f"{proxy}/lessons?only_lessons=one-hot")  # over a WebSocket
    settled(visitor)
    visitor.get_by_text("all the same").click()
    visitor.get_by_role("button", name="Predict, and see").click()
    visitor.get_by_text("Right. You predicted all the same").wait_for()
    visitor.wait_for_function("document.cookie.includes('embedlab_place=')")  # not whoever runs the lab
    visitor.goto(f"{proxy}/training?source=A%20file%20of%20yours")
    settled(visitor)
    visitor.get_by_test_id("stFileUploader").locator("input").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"The river runs to the sea. " * 400}
    )
    visitor.get_by_text("a.txt").first.wait_for()


def test_uploads_may_be_as_large_as_the_app_takes() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert re.search(r"client_max_body_size (\d+)m;", SHIPPED)[1] == str(config["server"]["maxUploadSize"])  # type: ignore[index]
