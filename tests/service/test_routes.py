"""The smaller routes, the pages around them, and what holds for every response."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import open_pipeline
from app.service.places import STATIC
from app.service.web import create_app
from app.settings import Settings

BROWSER = {"accept": "text/html,application/xhtml+xml"}


def rankings(client: TestClient, **fields: Any) -> list[dict[str, Any]]:
    response = client.post("/v1/classify", json=fields)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rankings"]
    return found


def findings(client: TestClient, **fields: Any) -> set[tuple[str, str]]:
    response = client.post("/v1/lint", json=fields)
    assert response.status_code == 200, response.text
    return {(one["rule"], one["level"]) for one in response.json()["findings"]}


class TestClassify:
    def test_one_text_is_ranked(self, client: TestClient) -> None:
        (one,) = rankings(client, text="几点发货", context=[{"role": "agent", "text": "在的亲"}])
        assert set(one) == {"text", "decision", "intents", "ranking"}
        assert one["text"] == "几点发货"
        assert one["decision"] == "reply"
        assert one["intents"][0] == one["ranking"][0]
        assert one["ranking"][0]["name"] == "ship_time_query"

    def test_texts_keep_their_order(self, client: TestClient) -> None:
        asked = ["能开发票吗", "几点发货", "😭😭", "能开发票吗"]
        given = rankings(client, texts=asked)
        assert [one["text"] for one in given] == asked
        assert [one["decision"] for one in given] == ["reply", "reply", "ask", "reply"]
        assert given[2]["intents"] == []
        assert given == [rankings(client, text=text)[0] for text in asked]


class TestLint:
    def test_a_finding_names_place_reason_and_rewrite(self, client: TestClient) -> None:
        text = "亲，这是最好的坚果"
        (finding,) = client.post("/v1/lint", json={"text": text}).json()["findings"]
        assert set(finding) == {"rule", "level", "span", "message", "rewrite"}
        assert text[slice(*finding["span"])] == "最好"
        assert finding["level"] == "block"

    def test_the_shop_decides_the_platform_unless_the_call_does(self, client: TestClient) -> None:
        text = "支持支付宝付款，淘宝也有店"
        shops = findings(client, text=text)
        assert shops == findings(client, text=text, platform="pinduoduo")
        assert ("L03", "block") in shops
        assert ("L03", "block") not in findings(client, text=text, platform="taobao")

    def test_the_category_weighs_the_same_words_differently(self, client: TestClient) -> None:
        text = "纯天然无添加"
        assert findings(client, text=text, category="food") != findings(client, text=text, category="general")
        assert findings(client, text=text) == findings(client, text=text, category="general")

    def test_clean_text_has_none(self, client: TestClient) -> None:
        assert findings(client, text="好的，马上给您查") == set()


def test_a_draft_is_checked_by_the_rules_of_the_platform_asked_for(home: Path) -> None:
    """A shop script that names Taobao is blocked on Pinduoduo, the shop's platform, and passes on Taobao."""
    own = home / "shops" / "demo" / "scripts" / "order" / "invoice_request.j2"
    own.parent.mkdir(parents=True)
    own.write_text('{% extends "base/order/invoice_request.j2" %}{% block answer %}和淘宝店一样能开。{% endblock %}')
    client = TestClient(create_app(open_pipeline(Settings(home=home), train=False)))

    def rules(**platform: str) -> set[str]:
        drafts = client.post("/v1/drafts", json={"text": "能开发票吗", **platform}).json()["drafts"]
        assert all(one["sendable"] is not bool(one["findings"]) for one in drafts)
        return {finding["rule"] for one in drafts for finding in one["findings"]}

    assert "L03" in rules()
    assert "L03" in rules(platform="jd")
    assert "L03" not in rules(platform="taobao")


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ok"
    assert ready["shop"] == "demo"
    assert ready["model"]["intents"] > 50


FILES = [path for path in sorted(STATIC.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_static_files_are_served_as_they_lie(client: TestClient, path: Path) -> None:
    response = client.get(f"/static/{path.relative_to(STATIC).as_posix()}")
    assert response.status_code == 200
    assert response.content == path.read_bytes()


@pytest.mark.parametrize("path", ["/static/nope.js", "/static/..%2fweb.py", "/static/%2e%2e/web.py", "/static/"])
def test_nothing_beside_the_static_files_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


RESPONSES = {
    "page": ("GET", "/", 200),
    "script": ("GET", "/static/desk.js", 200),
    "icon": ("GET", "/favicon.ico", 200),
    "health": ("GET", "/healthz", 200),
    "not found": ("GET", "/nope", 404),
    "wrong method": ("GET", "/v1/drafts", 405),
    "no body": ("POST", "/v1/drafts", 422),
}


@pytest.mark.parametrize(("method", "path", "status"), RESPONSES.values(), ids=RESPONSES.keys())
def test_every_response_has_the_security_headers(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("path", "status"), [("/nope", 404), ("/<b>nope", 404), ("/v1/drafts", 405)])
def test_a_browser_gets_a_page_for_an_error(client: TestClient, path: str, status: int) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert f"<title>{status} · 秒回</title>" in response.text
    assert 'href="/"' in response.text
    assert "nope" not in response.text


@pytest.mark.parametrize("wants", ["application/json", "text/html"])
def test_a_crash_is_told_in_the_one_shape_with_the_security_headers(pipeline: Any, wants: str) -> None:
    app = create_app(pipeline)

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError("secret detail")

    response = TestClient(app, raise_server_exceptions=False).get("/crash", headers={"accept": wants})
    assert response.status_code == 500
    assert "服务内部出错" in response.text
    assert "secret" not in response.text
    assert "ZeroDivision" not in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]


BROKEN = {
    "shop.yaml": ("shop.yaml", "name: ["),
    "script": ("scripts/order/invoice_request.j2", '{% extends "order/invoice_request.j2" %}'),
}


@pytest.mark.parametrize(("name", "content"), BROKEN.values(), ids=BROKEN.keys())
def test_a_shop_with_broken_files_is_unavailable_and_says_where_to_look(home: Path, name: str, content: str) -> None:
    shutil.copytree(home / "shops" / "demo", home / "shops" / "broken")
    path = home / "shops" / "broken" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    client = TestClient(create_app(open_pipeline(Settings(home=home), train=False)), raise_server_exceptions=False)
    response = client.post("/v1/drafts", json={"text": "能开发票吗", "shop": "broken"})
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "data_error"
    assert "miaohui check" in response.json()["error"]["message"]
    assert str(home) not in response.text
    assert client.post("/v1/drafts", json={"text": "能开发票吗"}).status_code == 200
