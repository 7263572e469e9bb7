"""The page in a real browser: `pytest -m browser` needs '.[browser]' and Debian's chromium."""

from __future__ import annotations

import shutil
from contextlib import suppress

import polars as pl
import pytest

from cib.reports.data import MAX_NETWORKS
from cib.reports.selection import accounts_of, shown_members

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install 'cib-detect[browser]'")
expect = sync_api.expect  # waits: what a click opens may be unpacked first
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(detection, hostile_detection, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return {
        "plain": detection.report(folder / "plain.html"),
        "holder": detection.report(folder / "holder.html", reveal_ids=True),
        "hostile": hostile_detection.report(folder / "hostile.html", reveal_ids=True),
    }


@pytest.fixture
def opened(browser, files, request):
    """A page, opened, and what went wrong on it: errors, and requests other than for itself."""
    name, options = getattr(request, "param", ("plain", {}))
    context = browser.new_context(**{key: value for key, value in options.items() if key != "script"})
    page = context.new_page()
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: wrong.append(sent.url) if sent.url != files[name].as_uri() else None)
    if "script" in options:
        page.add_init_script(options["script"])
    page.goto(files[name].as_uri())
    yield page
    assert wrong == []
    context.close()


def coloured(page):
    """Share of the map's pixels that are not of its background."""
    from io import BytesIO

    from matplotlib.image import imread

    pixels = imread(BytesIO(page.locator("#explorer .map").screenshot()))[8:-8, 8:-8, :3]
    return (abs(pixels - pixels[0, 0]).max(axis=-1) > 0.2).mean()


@pytest.mark.parametrize(
    "opened",
    [("plain", {"color_scheme": scheme}) for scheme in ("light", "dark")]
    + [("plain", {"viewport": {"width": 390, "height": 844}})],
    indirect=True,
)
def test_the_map_is_drawn_and_the_page_fits(opened):
    opened.locator("#map").scroll_into_view_if_needed()
    opened.wait_for_timeout(300)
    assert opened.locator("#explorer .map canvas").count() > 0
    assert coloured(opened) > 0.01
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


NO_WEBGL = """
const draw = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind) { return kind === "2d" ? draw.call(this, kind) : null; };
"""


@pytest.mark.parametrize("opened", [("plain", {"script": NO_WEBGL})], indirect=True)
def test_without_webgl_the_map_is_drawn_all_the_same(opened, detection):
    opened.locator("#map").scroll_into_view_if_needed()
    opened.locator("#explorer .map svg").wait_for()
    networks = detection.networks[:MAX_NETWORKS]
    shown = shown_members(accounts_of(networks), networks)
    expect(opened.locator("#explorer .map svg circle")).to_have_count(shown.height)
    opened.locator("#explorer .map svg circle").first.dispatch_event("click")
    opened.locator("dialog[open]").wait_for()
    expect(opened.locator("dialog[open]")).to_be_visible()


@pytest.mark.parametrize("opened", [("plain", {"java_script_enabled": False})], indirect=True)
def test_without_scripts_the_evidence_is_there(opened):
    opened.locator("#N1 > summary").click()
    opened.locator("#N1 details.pair > summary").first.click()
    expect(opened.locator("#N1 details.pair[open] tbody tr").first).to_be_visible()


def test_the_table_sorts_and_filters(opened, detection):
    def accounts():
        cells = opened.locator("#cards tbody td[data-label=accounts]")
        return [int(text.replace(",", "")) for text in cells.all_inner_texts()]

    sizes = [len(network) for network in detection.networks[:MAX_NETWORKS]]
    assert accounts() == sizes
    opened.get_by_role("button", name="accounts", exact=True).click()
    assert accounts() == sorted(sizes, reverse=True)
    opened.keyboard.press("Enter")  # the heading has the focus
    assert accounts() == sorted(sizes)
    assert opened.locator("#cards th[aria-sort=ascending]").inner_text() == "accounts"


def test_a_filter_filters_table_map_evidence_and_search(opened, detection):
    candidates = [network.id for network in detection.networks.with_verdict("candidate")]
    opened.locator("#bar select").select_option("candidate")
    assert opened.locator("#cards tbody tr:visible td:first-child").all_inner_texts() == candidates
    expect(opened.locator("details.network:visible")).to_have_count(len(candidates))
    assert opened.locator("#bar output").inner_text() == f"{len(candidates)} networks of {MAX_NETWORKS}"
    other = next(network for network in detection.networks if network.verdict != "candidate")
    opened.locator("#bar input[type=search]").fill(other.id)
    assert "Nothing called" in opened.locator("#bar output").inner_text()
    opened.locator("#bar input[type=search]").fill("")
    opened.locator("#open-all").click()
    expect(opened.locator("details.network[open]")).to_have_count(len(candidates))


def test_time_filters_networks(opened, detection):
    last = opened.locator("#bar input[type=range]").nth(1)
    last.evaluate("range => { range.value = 0; range.dispatchEvent(new Event('input')); }")
    first_day = detection.activity.posts_table["created_at"].min().date()
    acts = detection.activity.posts_table.filter(pl.col("created_at").dt.date() == first_day)
    early = acts.join(detection.networks[:MAX_NETWORKS].members, on="account_id")["network_id"].unique()
    expect(opened.locator("#cards tbody tr:visible")).to_have_count(len(early))


def test_search_says_what_it_found_and_leads_there(opened, detection):
    search, status = opened.locator("#bar input[type=search]"), opened.locator("#bar output")
    search.fill("n2")
    network = detection.networks["N2"]
    assert status.inner_text() == f"N2: {len(network)} accounts, {network.verdict}"
    search.fill("account-a")
    found = opened.evaluate(
        "JSON.parse(document.getElementById('data').textContent)"
        ".members.filter(member => member.account.includes('account-a')).length"
    )
    assert status.inner_text().startswith(f"{found} account")
    opened.locator("#bar .results button").first.click()
    assert "post-" in opened.locator("dialog[open] tbody tr:visible").first.inner_text()


def test_focus_follows_the_keyboard(opened):
    opened.locator("#cards a").first.focus()
    opened.keyboard.press("Enter")
    opened.wait_for_timeout(200)
    assert opened.evaluate("document.activeElement.parentElement.id + document.activeElement.tagName") == "N1SUMMARY"
    account = opened.locator("#N1 .members .account").first
    account.focus()
    opened.keyboard.press("Enter")
    opened.locator("dialog[open]").wait_for()
    assert opened.evaluate("document.activeElement.closest('dialog') !== null")
    opened.keyboard.press("Escape")
    assert account.evaluate("button => button === document.activeElement")
    opened.locator("#explorer .map").focus()
    opened.wait_for_timeout(500)
    opened.keyboard.press("n")
    expect(opened.locator("#explorer .hint")).to_be_visible()
    opened.keyboard.press("Enter")
    opened.locator("dialog[open]").wait_for()


WITHOUT_POSTS = """async () => {
  const posts = (claim) => [...claim.querySelectorAll("tbody tr")].some((row) => row.textContent.includes("post-"));
  for (const network of document.querySelectorAll("details.network")) { network.open = true; }
  await new Promise((done) => setTimeout(done, 300));
  const claims = [...document.querySelectorAll("details.pair, details.object")].filter((claim) => !posts(claim));
  const dialog = document.querySelector("dialog");
  const data = JSON.parse(document.getElementById("data").textContent);
  const wrong = [];
  for (const place of data.members.keys()) {
    await cibReport.showAccount(place);
    const lines = [...dialog.querySelectorAll("details.pair")];
    for (const line of lines) { line.open = true; }
    await new Promise((done) => setTimeout(done, 0));
    const drawn = data.edges.filter((edge) => edge.includes(place)).length;
    if (!posts(dialog) || lines.length !== drawn || !lines.every(posts)) wrong.push(place);
  }
  for (const k of data.edges.keys()) {
    await cibReport.showEdge(k);
    if (!posts(dialog)) wrong.push(data.edges[k]);
  }
  return [...claims.map((claim) => claim.textContent), ...wrong];
}"""


@pytest.mark.parametrize(
    "opened", [("plain", {}), ("plain", {"viewport": {"width": 390, "height": 844}})], indirect=True
)
def test_each_claim_is_two_clicks_from_its_posts(opened):
    opened.locator("#cards a").first.click()
    for claim in ("details.pair", "details.object"):
        opened.locator(f"#N1 {claim} > summary").first.click()
        assert "post-" in opened.locator(f"#N1 {claim}[open] tbody tr:visible").first.inner_text()


def test_each_account_and_each_line_leads_to_posts(opened):
    assert opened.evaluate(WITHOUT_POSTS) == []


def test_a_click_on_a_line_shows_its_posts(opened):
    opened.locator("#map").scroll_into_view_if_needed()
    opened.locator("#explorer .map canvas").first.wait_for()
    opened.wait_for_timeout(300)
    middle = """() => {
      const data = JSON.parse(document.getElementById("data").textContent);
      const at = (place) => cibReport.onScreen(place);
      const [a, b] = data.edges.reduce((longest, edge) => {
        const length = ([a, b]) => Math.hypot(at(a).x - at(b).x, at(a).y - at(b).y);
        return length(edge) > length(longest) ? edge : longest;
      });
      return { x: (at(a).x + at(b).x) / 2, y: (at(a).y + at(b).y) / 2 };
    }"""
    opened.locator("#explorer .map").click(position=opened.evaluate(middle))
    opened.locator("dialog[open]").wait_for()
    assert " and " in opened.locator("dialog[open] h2").inner_text() or opened.locator("dialog[open] svg").count()
    assert "post-" in opened.locator("dialog[open] tbody tr:visible").first.inner_text()


def test_an_account_shows_how_its_scores_add_up_and_its_posts(opened):
    opened.locator("#cards a").first.click()
    opened.locator("#N1 .members .account").first.click()
    dialog = opened.locator("dialog[open]")
    expect(dialog.locator("svg.waterfall")).to_have_count(2)
    assert "post-" in dialog.locator("table").first.inner_text()
    opened.keyboard.press("Escape")
    expect(opened.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("opened", [("holder", {})], indirect=True)
def test_the_holder_reads_the_posts_behind_a_pair_and_a_line(opened, detection):
    texts = detection.activity.posts_table["text"].drop_nulls().unique()
    opened.locator("#cards a").first.click()
    opened.locator("#N1 details.pair > summary").first.click()
    posts = opened.locator("#N1 details.pair[open] .said:visible")
    expect(posts.first).to_be_visible()
    shown = posts.all_inner_texts()
    assert all(any(text.split()[0] in said for text in texts) for said in shown)
    opened.evaluate("cibReport.showEdge(0)")
    expect(opened.locator("dialog[open] .said").first).to_be_visible()


def test_colours_change_the_map(opened):
    opened.locator("#map").scroll_into_view_if_needed()
    opened.wait_for_timeout(500)
    before = opened.locator("#explorer .map").screenshot()
    opened.locator("#explorer select").select_option("verdict")
    opened.wait_for_timeout(300)
    assert opened.locator("#explorer .map").screenshot() != before


def test_a_dot_tells_its_reasons(opened):
    chart, told = opened.locator("#explorer .map"), opened.locator("#explorer .hint li").first
    opened.locator("#map").scroll_into_view_if_needed()  # it is drawn when it is seen
    chart.locator("canvas").first.wait_for()
    for _ in range(10):  # on a busy machine the page may still grow, the camera move, and the reasons be read
        chart.scroll_into_view_if_needed()
        box, at = chart.bounding_box(), opened.evaluate("cibReport.onScreen(0)")
        opened.mouse.move(0, 0)
        opened.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
        with suppress(sync_api.TimeoutError):
            told.wait_for(timeout=4000)
            break
    assert "percentile" in opened.locator("#explorer .hint").inner_text()


def test_what_is_printed_keeps_its_evidence(opened):
    opened.locator("#cards a").first.click()
    opened.locator("#N1[open]").wait_for()
    opened.evaluate("cibReport.showAccount(0)")
    opened.locator("dialog[open]").wait_for()
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    closed = opened.locator("#N1 details:not([open])").count()
    posts = opened.locator("#N1 details.pair tbody tr").count()
    assert closed == 0
    assert opened.locator("#N1 details.pair tbody tr:visible").count() == posts > 0
    assert opened.locator("main > .opened tbody tr").first.is_visible()
    assert opened.locator("#N2 details").count() == 0
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.locator("main > .opened").count() == 0
    assert opened.locator("#N1 details[open]").count() == 0


@pytest.mark.parametrize(
    "opened", [("holder", {"color_scheme": scheme}) for scheme in ("light", "dark")], indirect=True
)
def test_axe_finds_no_serious_fault(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    opened.locator("#cards a").first.click()
    opened.locator("#N1 details.pair > summary").first.click()
    opened.locator("#bar input[type=search]").fill("1")
    faults = faults_of(axe, opened)
    opened.evaluate("cibReport.showAccount(0)")
    opened.locator("dialog[open]").wait_for()
    assert [*faults, *faults_of(axe, opened)] == []


def faults_of(axe, page):
    found = axe.run(page).response
    assert len(found["passes"]) > 20
    grave = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
    return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in grave]


@pytest.mark.parametrize("opened", [("hostile", {})], indirect=True)
def test_hostile_text_does_nothing(opened):
    opened.locator("#open-all").click()
    opened.locator("#N1 .members .account").first.click()
    expect(opened.locator("dialog[open] h2")).to_be_visible()
    opened.wait_for_timeout(300)
    assert opened.evaluate("typeof hostile") == "undefined"
    assert opened.locator("dialog b, dialog img, bdi *, iframe, img, object, base, link").count() == 0
