#!/usr/bin/env bash
# Every command of README.md, doc/ and the man pages' examples names a stage that is there, and options that it has.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 1
mkdir "$WORK/options"
for p in "$AEGIS_BIN"/aegis-*; do
	n=${p##*/aegis-}
	{ "$p" --options | cut -f1; printf '%s\n' --help --version --report; } >"$WORK/options/$n"
	"$p" --help | sed -n '/^Examples:/,/^$/p' | sed 1d >"$WORK/examples.$n"
done
cat >"$WORK/check.py" <<'P'
import glob, os, re, sys
root, work = sys.argv[1:]
options = {os.path.basename(f): set(open(f).read().split()) for f in glob.glob(f"{work}/options/*")}
bad, seen = [], 0

def command(where, line):
    global seen
    for m in re.finditer(r"(?<![\w./-])(?:build/bin/)?aegis[ -]([a-z][a-z-]*)((?: [^|;&`)#]*)?)", line):
        stage, rest = m[1], m[2]
        if stage in ("help",) or stage not in options and f"aegis-{stage}" in line and m[0].startswith("aegis-"):
            continue
        seen += 1
        if stage not in options:
            bad.append(f"{where}: no stage '{stage}': {line.strip()[:70]}")
            continue
        for o in re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]*)", rest.split(" -- ")[0]):
            if o not in options[stage] and not (stage == "run" and o == "--plan"):
                bad.append(f"{where}: {stage} has no option {o}")

def lines(text):
    return re.sub(r"\\\n\s*", " ", text).split("\n")

for f in glob.glob(f"{work}/examples.*"):
    for line in lines(open(f).read()):
        command("example of " + f.rsplit(".", 1)[1], line)
for f in [f"{root}/README.md", *glob.glob(f"{root}/doc/**/*.md", recursive=True)]:
    if "/decisions/" in f: continue
    text, code = open(f).read(), False
    for line in lines(text):
        if line.startswith("```"): code = not code
        elif code or line.startswith("    "): command(os.path.relpath(f, root), line)
        else:
            for span in re.findall(r"`([^`]+)`", line):
                if span.startswith("aegis "): command(os.path.relpath(f, root), span)
print("\n".join(bad))
print(f"# {seen} commands", file=sys.stderr)
sys.exit(seen < 150)
P
is "$(python3 "$WORK/check.py" "$ROOT" "$WORK")" "" "stages and options that commands name are there"
ok "of many" python3 "$WORK/check.py" "$ROOT" "$WORK"
done_testing
