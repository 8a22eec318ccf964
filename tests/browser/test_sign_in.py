def test_probe(visit, site):
    page = visit(site.cast.alice)
    page.goto("/")
    print(page.url, page.locator(".event").count())
    page.screenshot(path="/tmp/shots/a.png")
