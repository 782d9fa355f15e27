#!/usr/bin/env bash
# aegis history --html: pages that need nothing from elsewhere, in which nothing from outside becomes markup.
. "$(dirname "$0")/../../lib.sh"
need_pg
export AEGIS_VAR=$WORK/var
cd "$WORK" || exit 1
aegis entity-define --tenant "$TENANT" "$ROOT"/pipelines/entities/*.yaml >/dev/null 2>&1
aegis run --quiet --step orf850-operator --step dbf900-well demo
aegis run --quiet --step orf850-operator --source "orf850=$ROOT/fixtures/olf001-demo.ebc.gz" demo 2>/dev/null
psql -Xqc "INSERT INTO batch_runs (run_id, pipeline, host, version, state, exit_status, cause, ended_at, resources) SELECT gen_random_uuid(), 'p<i>\"&''', 'h', 'v', 'failed', 65,
    '<script>alert(1)</script>', now(), '[{\"step\": \"<b>\", \"state\": \"failed\", \"cause\": \"x & y\", \"stages\": []}]' FROM generate_series(1, 3)"
exits 0 'pages' aegis history --html www
is "$(find www -name '*.html' | wc -l)" 6 'of five runs, and one over them'
exits 0 'of one pipeline' aegis history --html one --pipeline demo
is "$(find one -name '*.html' | wc -l)" 3 'has its runs'
exits 64 'of a run' aegis history --html www abc
is "$(python3 - <<'P'
import glob, html.parser, os, re
VOID = {"meta", "rect", "br", "link", "img", "input"}
class Check(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.bad, self.text, self.links = [], [], "", []
    def handle_starttag(self, tag, attrs):
        if tag in ("script", "link", "img", "iframe", "object", "i", "b"): self.bad.append(tag)
        for k, v in attrs:
            if k == "src" or k.startswith("on"): self.bad.append((k, v))
            if k == "href": self.links.append(v)
        if tag not in VOID: self.open.append(tag)
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag: self.bad.append("/" + tag)
    def handle_data(self, data): self.text += data
bad, all_text = [], ""
for f in glob.glob("www/*.html"):
    c = Check(); text = open(f).read(); c.feed(text); c.close()
    bad += [(f, x) for x in c.bad + c.open]
    bad += [(f, l) for l in c.links if not os.path.exists("www/" + l)]
    if re.search(r"https?://|url\(|@import", text): bad.append((f, "elsewhere"))
    all_text += c.text
print(bad, "<script>alert(1)</script>" in all_text, "p<i>\"&'" in all_text, "Set aside, and why" in all_text, "What changed" in all_text)
P
)" '[] True True True False' 'are well formed, lead nowhere else, and show what they are given as text'
like www/index.html '<rect class="failed" ' 'a failed run can be told'
like www/index.html 'prefers-color-scheme:dark' 'at night, too'
if command -v chromium >/dev/null; then
	ok 'a browser draws it' timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$WORK/chromium" --screenshot="$WORK/shot.png" "file://$WORK/www/index.html"
	ok 'to a picture' test -s shot.png
	chromium --headless --no-sandbox --disable-gpu --user-data-dir="$WORK/chromium" --dump-dom "file://$WORK/www/index.html" 2>/dev/null >dom
	is "$(grep -c '<script' dom)" 0 'without running anything'
fi
done_testing
