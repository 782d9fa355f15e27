#!/usr/bin/env python3
"""Audit archives, by Python and the zstd program alone: a second reading, and attacks.

    archive_kit.py read TABLE-DIR             checks bags and trees by the texts of RFC 8493 and 6962;
                                              prints "SIZE ROOT" after each archive
    archive_kit.py rewrite BAG OPERATION      changes the rows as somebody can who has no key: all
                                              digests and lists are made anew
    archive_kit.py rehash BAG                 the same for a bag whose files were changed otherwise
    archive_kit.py vectors                    RFC 6962 roots of 0 to 9 leaves "0", "1", ...
"""
import base64
import hashlib
import json
import os
import re
import subprocess
import sys


def sha(b):
    return hashlib.sha256(b).digest()


def mth(leaves):
    """RFC 6962, 2.1, as it stands there."""
    n = len(leaves)
    if n == 0:
        return sha(b"")
    if n == 1:
        return sha(b"\0" + leaves[0])
    k = 1
    while k * 2 < n:
        k *= 2
    return sha(b"\1" + mth(leaves[:k]) + mth(leaves[k:]))


def slurp(*parts):
    with open(os.path.join(*parts), "rb") as f:
        return f.read()


def zstd(args, data=None):
    return subprocess.run(["zstd", "-q"] + args, input=data, stdout=subprocess.PIPE, check=True).stdout


def check_bag(bag):
    assert slurp(bag, "bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    listed = {}
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        for line in slurp(bag, name).decode().splitlines():
            digest, path = re.fullmatch(r"([0-9a-f]{64})  (\S+)", line).groups()
            assert hashlib.sha256(slurp(bag, path)).hexdigest() == digest, path
            listed[path] = name
    there = {os.path.relpath(os.path.join(d, f), bag) for d, _, fs in os.walk(bag) for f in fs}
    assert there == set(listed) | {"tagmanifest-sha256.txt"}, there
    assert all((n == "manifest-sha256.txt") == p.startswith("data/") for p, n in listed.items())
    info = dict(line.split(": ", 1) for line in slurp(bag, "bag-info.txt").decode().splitlines())
    octets, files = map(int, info["Payload-Oxum"].split("."))
    payload = [p for p in there if p.startswith("data/")]
    assert files == len(payload) and octets == sum(os.path.getsize(os.path.join(bag, p)) for p in payload)


def seek_table(path):
    """The frames that zstd's seekable format names; each must decode by itself."""
    b = slurp(path)
    n = int.from_bytes(b[-9:-5], "little")
    assert b[-5] == 0x80 and b[-4:] == bytes.fromhex("b1ea928f")
    at, table = 0, b[len(b) - 9 - 12 * n:-9]
    assert b[len(b) - 9 - 12 * n - 8:][:4] == bytes.fromhex("5e2a4d18")
    for i in range(n):
        packed, plain = (int.from_bytes(table[12 * i + k:12 * i + k + 4], "little") for k in (0, 4))
        if i in (0, n - 1):
            assert len(zstd(["-d"], b[at:at + packed])) == plain <= 4 << 20
        at += packed
    assert at == len(b) - 9 - 12 * n - 8


def read(directory):
    leaves, before = [], None
    for name in sorted(n for n in os.listdir(directory) if re.search(r"-\d{6}-", n)):
        bag = os.path.join(directory, name)
        if not os.path.isdir(bag):
            continue
        check_bag(bag)
        m = json.loads(slurp(bag, "data/manifest.json"))
        rows = zstd(["-dc", os.path.join(bag, "data/rows.ndjson.zst")])
        verdicts = zstd(["-dc", os.path.join(bag, "data/verdicts.ndjson.zst")])
        seek_table(os.path.join(bag, "data/rows.ndjson.zst"))
        assert rows == b"" or rows.endswith(b"\n")
        lines, found = rows.split(b"\n")[:-1], verdicts.split(b"\n")[:-1]
        assert [json.loads(x)["id"] for x in lines] == [json.loads(x)["id"] for x in found]
        counts = {}
        for x in found:
            v = json.loads(x)["verdict"]
            counts[v] = counts.get(v, 0) + 1
        assert counts == m["verdicts"] and m["rows"] == len(lines), (counts, m)
        assert m["tree_before"]["size"] == len(leaves)
        leaves += lines
        root = mth(leaves)
        body = slurp(bag, "checkpoint.body").decode()
        digest = hashlib.sha256(slurp(bag, "data/manifest.json")).hexdigest()
        assert body == "%s\n%d\n%s\nmanifest-sha256 %s\n" % (
            m["origin"], len(leaves), base64.b64encode(root).decode(), digest)
        assert slurp(bag, "checkpoint").decode().startswith(body + "\n\u2014 ")
        assert m["tree"]["root"] == root.hex() and m["previous_manifest_sha256"] == before
        before = digest
        print(len(leaves), root.hex())


def rewrite(bag, what):
    path = os.path.join(bag, "data/rows.ndjson.zst")
    vpath = os.path.join(bag, "data/verdicts.ndjson.zst")
    lines, found = (zstd(["-dc", p]).split(b"\n")[:-1] for p in (path, vpath))
    end = b"\n"
    if what == "edited":
        lines[3] = lines[3].replace(b"2026-", b"2025-", 1)
    elif what == "removed":
        del lines[3], found[3]
    elif what == "added":
        lines.insert(3, lines[2][:7] + b"f" + lines[2][8:])
        found.insert(3, found[2][:7] + b"f" + found[2][8:])
    elif what == "reordered":
        lines[3:5], found[3:5] = lines[4:2:-1], found[4:2:-1]
    elif what == "duplicated":
        lines.insert(3, lines[3])
        found.insert(3, found[3])
    elif what == "unended":
        end = b""
    elif what == "verdict":
        found[3] = re.sub(rb'"verdict":"\w+"', b'"verdict":"valid_old_key"', found[3])
    elif what != "counts":
        raise SystemExit("no " + what)
    m = json.loads(slurp(bag, "data/manifest.json"))
    text = slurp(bag, "data/manifest.json").decode()
    old = {}
    for p, ls in ((path, lines), (vpath, found)):
        plain = b"\n".join(ls) + end
        packed = zstd(["-3", "-c"], plain)
        open(p, "wb").write(packed)
        key = "data/" + os.path.basename(p)
        old[key] = {"sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed),
                    "plain_sha256": hashlib.sha256(plain).hexdigest(), "plain_bytes": len(plain),
                    "lines": len(ls)}
        was = json.dumps(m["files"][key])
        assert was in text
        text = text.replace(was, json.dumps(old[key]))
    text = text.replace('"rows": %d,' % m["rows"], '"rows": %d,' % len(lines))
    if what == "counts":
        text = re.sub(r'"verdicts": \{.*\}', '"verdicts": {"valid": %d}' % len(lines), text)
    open(os.path.join(bag, "data/manifest.json"), "w").write(text)
    rehash(bag)


def rehash(bag):
    """Every list and digest outside of the signature made to fit again."""
    digest = hashlib.sha256(slurp(bag, "data/manifest.json")).hexdigest()
    for name in ("checkpoint.body", "checkpoint"):
        p = os.path.join(bag, name)
        text = re.sub(r"manifest-sha256 [0-9a-f]{64}", "manifest-sha256 " + digest, slurp(p).decode())
        open(p, "w").write(text)
    total = sum(os.path.getsize(os.path.join(bag, "data", f)) for f in os.listdir(os.path.join(bag, "data")))
    p = os.path.join(bag, "bag-info.txt")
    text = re.sub(r"Payload-Oxum: \d+", "Payload-Oxum: %d" % total, slurp(p).decode())
    open(p, "w").write(text)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        p = os.path.join(bag, name)
        out = ""
        for line in slurp(p).decode().splitlines():
            f = line.split("  ")[1]
            out += "%s  %s\n" % (hashlib.sha256(slurp(bag, f)).hexdigest(), f)
        open(p, "w").write(out)


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(sys.argv[2])
    elif sys.argv[1] == "rewrite":
        rewrite(*sys.argv[2:4])
    elif sys.argv[1] == "rehash":
        rehash(sys.argv[2])
    elif sys.argv[1] == "vectors":
        for i in range(10):
            print(i, mth([b"%d" % k for k in range(i)]).hex())
    else:
        raise SystemExit(__doc__)
