"""The page of figures: each leads to its messages; both come out as files."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from app.desk.store import DeskStore
from app.pipeline import Pipeline
from app.service.web import create_app
from tests.desk.fortnight import fill
from tests.service.conftest import database, served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("insights")
    store = DeskStore(database(folder))
    fill(store, None, datetime.now(UTC))
    store.close()
    return folder


@pytest.fixture(scope="module")
def client(pipeline: Pipeline, folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(pipeline, database=database(folder))) as client:
        yield client


@pytest.fixture(scope="module")
def address(pipeline: Pipeline, folder: Path) -> Iterator[str]:
    with served(pipeline, folder) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/insights?period=30")
    yield page
    context.close()


def listed(client: TestClient, link: str) -> int:
    """Count the messages of a list as its head says."""
    found = re.search(r"· (\d+) 条</p>", client.get(link.replace("&amp;", "&")).text)
    assert found is not None, link
    return int(found[1])


def test_every_number_on_the_page_is_the_length_of_its_list(client: TestClient) -> None:
    html = client.get("/insights?period=30").text
    cells = re.findall(r'<td class="num"><a href="(/messages[^"]*)">(\d+)</a>', html)
    assert len(cells) > 200
    for link, number in cells[::9]:
        assert listed(client, link) == int(number), link
    stats = re.findall(r'<a class="stat" href="(/messages[^"]*)"><b>(\d+)</b>', html)
    assert len(stats) == 6
    for link, number in stats:
        assert listed(client, link) == int(number), link


def test_a_figure_is_clicked_through_to_its_conversation(page: Page) -> None:
    row = page.locator("tr", has=page.get_by_role("rowheader", name="催发货")).first
    number = row.locator("a").first.inner_text()
    row.locator("a").first.click()
    expect(page.locator(".page > header")).to_contain_text(f"{number} 条")
    expect(page.get_by_label("意图")).to_have_value("urge_shipment")
    first = page.locator(".messages li").first
    expect(first.locator(".said")).to_be_visible()
    expect(first.get_by_role("link", name=re.compile("^买家"))).to_have_attribute(
        "href", re.compile(r"/\?conversation=chat-\d+")
    )


def test_a_bar_says_what_it_counts_and_leads_there(page: Page) -> None:
    chart = page.locator(".columns").first
    bar = chart.locator("a").nth(10)
    bar.hover()
    said = page.locator(".readout").first
    expect(said).to_contain_text("10:00：")
    total = re.search(r"：(\d+) 条", said.inner_text())
    bar.click()
    expect(page.locator(".chip")).to_contain_text("10 点")
    assert total is not None
    expect(page.locator(".page > header")).to_contain_text(f"{total[1]} 条")


def test_filters_ask_at_once_and_keep_the_others(page: Page) -> None:
    page.locator("select[name=agent]").select_option("小林")
    page.wait_for_url(re.compile("agent="))
    assert page.locator("h2", has_text="按客服").count() == 1
    assert page.locator("th[scope=row]", has_text="小周").count() == 0
    page.get_by_role("link", name="近 7 天").click()
    expect(page.locator("select[name=agent]")).to_have_value("小林")
    expect(page.get_by_role("link", name="近 7 天")).to_have_attribute("aria-current", "true")


def test_lists_are_searched_and_turned_over(client: TestClient) -> None:
    whole = listed(client, "/messages?period=30")
    html = client.get("/messages?period=30&page=2").text
    assert html.count("<li>") == 50
    assert f"第 2 页，共 {-(-whole // 50)} 页" in html
    last = client.get("/messages?period=30&page=999").text
    assert last.count("<li>") == (whole % 50 or 50)
    found = client.get("/messages?period=30&q=便宜点").text
    assert 0 < found.count("<li>") == found.count('<p class="said">便宜点')
    assert "没有这样的消息" in client.get("/messages?q=这句谁也没说过").text


def test_a_list_of_one_chat_shows_all_its_days(client: TestClient) -> None:
    html = client.get("/messages?conversation=chat-0001").text  # the first of a fortnight, longer ago than a week
    assert html.count("<li>") >= 1
    assert "会话：chat-0001" in html
    assert client.get("/messages?conversation=none").status_code == 404


@pytest.mark.parametrize("path", ["/insights", "/messages"])
def test_days_that_are_none_are_explained(client: TestClient, path: str) -> None:
    html = client.get(f"{path}?since=2026-11-22&until=2026-11-01").text
    assert "晚于结束日" in html
    assert client.get(f"{path}?hour=25" if path == "/messages" else f"{path}?shop=none").status_code in (404, 422)


def test_tables_come_out_as_files(client: TestClient) -> None:
    csv = client.get("/insights/hours.csv?period=30")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.search(r'filename="miaohui-hours-[\d_-]+\.csv"', csv.headers["content-disposition"])
    assert len(csv.text.splitlines()) == 25
    book = load_workbook(io.BytesIO(client.get("/insights/all.xlsx?period=30").content), read_only=True)
    assert len(book.sheetnames) == 10
    messages = client.get("/messages.csv?period=30&in_time=missed").text.splitlines()
    assert len(messages) - 1 == listed(client, "/messages?period=30&in_time=missed")
    for wrong in ("/insights/none.csv", "/insights/all.csv", "/insights/hours.pdf", "/messages.pdf"):
        assert client.get(wrong).status_code == 404, wrong


def test_an_empty_shop_is_told_what_will_appear(pipeline: Pipeline, tmp_path: Path) -> None:
    with TestClient(create_app(pipeline, database=database(tmp_path))) as client:
        for path, words in (
            ("/insights", "这里就开始计数"),
            ("/messages", "这里就会多一条"),
            ("/followups", "没有要跟进的事"),
        ):
            assert words in client.get(path).text
        assert client.get("/insights/all.xlsx").status_code == 200
        assert len(client.get("/messages.csv").text.splitlines()) == 1
