"""What the doctor finds, against a Bot API on loopback and a real index."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest.clean
from bot.doctor import doctor, examine
from ingest.build import build
from retrieval.config import load_config
from retrieval.embed import load_embedder

TOKEN = "123456:test-token"


class _Api(http.server.BaseHTTPRequestHandler):
    hook = ""

    def do_GET(self) -> None:
        token, method = self.path.removeprefix("/bot").split("/")
        if token != TOKEN:
            reply: dict[str, object] = {"ok": False, "description": "Unauthorized"}
        elif method == "getMe":
            reply = {"ok": True, "result": {"id": 1, "username": "county_bot"}}
        else:
            reply = {"ok": True, "result": {"url": type(self).hook}}
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def api() -> Iterator[str]:
    _Api.hook = ""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/bot"
        server.shutdown()
        thread.join()


@pytest.fixture
def healthy(tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A configuration file with an index, articles, an admin and a token that works."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text("平远县办医共体\n\n平远县今年把十二家卫生院并入医共体。\n", encoding="utf-8")
    file = tmp_path / "config.toml"
    file.write_text(
        f'[paths]\ndata = "{tmp_path}/data"\narticles = ["{articles}"]\n'
        f'[telegram]\nadmins = [7]\napi_base_url = "{api}"\n',
        encoding="utf-8",
    )
    monkeypatch.delenv("XIANWEN_DATA", raising=False)
    monkeypatch.setenv("XIANWEN_TELEGRAM_TOKEN", TOKEN)
    config = load_config(file)
    build([str(articles)], config, load_embedder(config.embedding), lambda _: None)
    return str(file)


def found(path: str) -> dict[str, tuple[str, str]]:
    return {finding.subject: (finding.verdict, finding.text) for finding in examine(path)}


def test_all_is_well(healthy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert {verdict for verdict, _ in found(healthy).values()} == {"ok"}
    assert doctor(healthy) == 0
    assert TOKEN not in capsys.readouterr().out


def test_an_index_of_an_older_cleaning_is_noticed(healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.clean, "CLEANING_VERSION", ingest.clean.CLEANING_VERSION + 1)
    verdict, text = found(healthy)["index"]
    assert verdict == "note"
    assert "run: xianwen ingest" in text


def test_an_index_of_another_model_is_noticed(healthy: str) -> None:
    with Path(healthy).open("a", encoding="utf-8") as file:
        file.write('[embedding]\nquery_prompt = "问："\n')
    verdict, text = found(healthy)["index"]
    assert verdict == "fail"
    assert "run: xianwen ingest" in text


def test_a_webhook_elsewhere_is_noticed(healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Api, "hook", "https://example.org/hook")
    assert found(healthy)["telegram"][0] == "note"


@pytest.mark.parametrize("token", ["999:other", None])
def test_a_token_that_does_not_work_fails(healthy: str, monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    if token is None:
        monkeypatch.delenv("XIANWEN_TELEGRAM_TOKEN")
    else:
        monkeypatch.setenv("XIANWEN_TELEGRAM_TOKEN", token)
    assert found(healthy)["telegram"][0] == "fail"
    assert doctor(healthy) == 1


def test_nothing_is_there_yet(tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIANWEN_DATA", raising=False)
    monkeypatch.setenv("XIANWEN_TELEGRAM_TOKEN", TOKEN)
    file = tmp_path / "config.toml"
    file.write_text(
        f'[paths]\ndata = "{tmp_path}/none"\narticles = ["{tmp_path}/gone"]\n[telegram]\napi_base_url = "{api}"\n',
        encoding="utf-8",
    )
    verdicts = found(str(file))
    assert verdicts["index"][0] == "fail"
    assert verdicts["articles"][0] == verdicts["admins"][0] == "note"


def test_a_wrong_configuration_ends_the_examination(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[paths]\ndat = 1\n", encoding="utf-8")
    assert [finding.subject for finding in examine(str(file))] == ["python", "configuration"]
    assert doctor(str(file)) == 1
