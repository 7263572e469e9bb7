"""The page in a real browser: `pytest -m browser` needs '.[browser]' and Debian's chromium."""

from __future__ import annotations

import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install 'cib-detect[browser]'")
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

    pixels = imread(BytesIO(page.locator("#graph").screenshot()))[8:-8, 8:-8, :3]
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
    assert opened.locator("#graph canvas").count() > 0
    assert coloured(opened) > 0.01
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


NO_WEBGL = """
const draw = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind) { return kind === "2d" ? draw.call(this, kind) : null; };
"""


@pytest.mark.parametrize("opened", [("plain", {"script": NO_WEBGL})], indirect=True)
def test_without_webgl_the_map_is_drawn_all_the_same(opened, detection):
    assert opened.locator("#graph svg circle").count() == detection.networks.members.height
    opened.locator("#graph svg circle").first.dispatch_event("click")
    assert opened.locator("dialog[open]").is_visible()


@pytest.mark.parametrize("opened", [("plain", {"java_script_enabled": False})], indirect=True)
def test_without_scripts_the_evidence_is_there(opened):
    opened.locator("#N1 > summary").click()
    opened.locator("#N1 details.pair > summary").first.click()
    assert opened.locator("#N1 details.pair[open] tbody tr").first.is_visible()


def test_the_table_sorts_and_filters(opened, detection):
    def column(k):
        return [
            int(text.replace(",", "")) for text in opened.locator(f"#cards tbody td:nth-child({k})").all_inner_texts()
        ]

    sizes = [len(network) for network in detection.networks]
    assert column(3) == sizes
    opened.get_by_role("button", name="accounts", exact=True).click()
    assert column(3) == sorted(sizes, reverse=True)
    opened.keyboard.press("Enter")  # the heading has the focus
    assert column(3) == sorted(sizes)
    assert opened.locator("#cards th[aria-sort=ascending]").inner_text() == "accounts"
    opened.locator("#filter").select_option("candidate")
    assert opened.locator("#cards tbody tr:visible").count() == len(detection.networks.with_verdict("candidate"))


WITHOUT_POSTS = """() => {
  const posts = (claim) => [...claim.querySelectorAll("tbody tr")].some((row) => row.textContent.includes("post-"));
  const claims = [...document.querySelectorAll("details.pair, details.object")].filter((claim) => !posts(claim));
  const dialog = document.querySelector("dialog");
  const accounts = [...document.querySelectorAll("#N1 .members .account")].filter((account) => {
    account.click();
    return !posts(dialog);
  });
  return [...claims, ...accounts].map((claim) => claim.textContent);
}"""


@pytest.mark.parametrize(
    "opened", [("plain", {}), ("plain", {"viewport": {"width": 390, "height": 844}})], indirect=True
)
def test_each_claim_is_two_clicks_from_its_posts(opened):
    opened.locator("#cards a").first.click()
    for claim in ("details.pair", "details.object"):
        opened.locator(f"#N1 {claim} > summary").first.click()
        assert "post-" in opened.locator(f"#N1 {claim}[open] tbody tr:visible").first.inner_text()
    assert opened.evaluate(WITHOUT_POSTS) == []
    assert "post-" in opened.locator("dialog[open] tbody tr:visible").first.inner_text()


def test_an_account_shows_how_its_scores_add_up_and_its_posts(opened):
    opened.locator("#cards a").first.click()
    opened.locator("#N1 .members .account").first.click()
    dialog = opened.locator("dialog[open]")
    assert dialog.locator("svg.waterfall").count() == 2
    assert "post-" in dialog.locator("table").first.inner_text()
    opened.keyboard.press("Escape")
    assert opened.locator("dialog[open]").count() == 0


def test_search_and_colours_change_the_map(opened, detection):
    opened.locator("#map").scroll_into_view_if_needed()
    opened.locator("#find").fill("n2")
    assert opened.locator("#found").inner_text() == f"{len(detection.networks['N2'])} accounts"
    opened.wait_for_timeout(400)
    before = opened.locator("#graph").screenshot()
    opened.locator("#colour").select_option("verdict")
    opened.wait_for_timeout(200)
    assert opened.locator("#graph").screenshot() != before


def test_a_dot_tells_its_reasons(opened):
    opened.locator("#map").scroll_into_view_if_needed()
    opened.locator("#find").fill("N1")
    opened.wait_for_timeout(500)
    box = opened.locator("#graph").bounding_box()
    spots = [(x, y) for y in range(60, int(box["height"]) - 60, 9) for x in range(400, int(box["width"]) - 400, 9)]
    for x, y in spots:
        opened.mouse.move(box["x"] + x, box["y"] + y)
        if opened.locator("#hint").is_visible():
            break
    assert "percentile" in opened.locator("#hint").inner_text()


@pytest.mark.parametrize("opened", [("hostile", {})], indirect=True)
def test_hostile_text_does_nothing(opened):
    opened.locator("#cards a").first.click()
    opened.locator("#N1 .members .account").first.click()
    opened.wait_for_timeout(300)
    assert opened.evaluate("typeof hostile") == "undefined"
    assert opened.locator("dialog b, dialog img, bdi *, iframe, img, object, base, link").count() == 0
