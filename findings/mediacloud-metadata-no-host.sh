#!/bin/sh
# mediacloud-metadata 2.1.0: a dot in the path takes the host away: articles of sports.ru and news.ru are one, of "ru".
#
# Guess: normalize_url() drops a prefix such as www. or news. where a domain is left behind it, and canonical_domain()
# is the domain of the host, whatever the path says.
# Seen: "behind it" is any dot up to the end of the address. sports.ru/football/1.html is http://ru/football/1.html, and
# so is news.ru/football/1.html: one address, one unique_url_hash, domain "ru". Without ".html" both keep their host,
# so that one outlet has two domains. web.de, sport1.de, press.lv, news.am and saved pages such as
# archive.ph/2024/https://example.com/... go the same way. The list of blog hosts is also sought in the whole address:
# web.archive.org/web/.../https://ann.substack.com/... and a share link to it are of the domains ".archive.org" and
# ".facebook.com", with a dot in front, beside those without. Counts of outlets, and who shared the same page, are off
# just where pages are archived copies. Take the host from the address first and compare.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pip==26.3 >/dev/null 2>&1
"$folder/venv/bin/pip" install -q mediacloud-metadata==2.1.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PY'
from mcmetadata.urls import canonical_domain, normalize_url, unique_url_hash

sports, news = "https://sports.ru/football/1.html", "https://news.ru/football/1.html"
addresses = [sports, news, "https://sports.ru/football/1", "https://web.de/magazine/2.html",
             "https://archive.ph/2024/https://example.com/one", "https://example.com/football/1.html",
             "https://web.archive.org/web/2024/https://ann.substack.com/p/one",
             "https://www.facebook.com/sharer.php?u=https://ann.substack.com/p/one",
             "https://www.facebook.com/sharer.php?u=https://example.com/one"]
domains = {address: canonical_domain(address) for address in addresses}
print(f"mediacloud-metadata 2.1.0: {normalize_url(sports)} for both {sports} and {news}; domains {domains}")
assert normalize_url(sports) == normalize_url(news) == "http://ru/football/1.html"
assert unique_url_hash(sports) == unique_url_hash(news)
assert list(domains.values()) == ["ru", "ru", "sports.ru", "de", "ph", "example.com", ".archive.org", ".facebook.com",
                                  "facebook.com"]
PY
