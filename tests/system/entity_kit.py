"""For entity_load.py: TAP, sealed streams made here, and what the database says."""
import ctypes
import json
import os
import subprocess
import sys
import uuid

TENANT = os.environ["TENANT"]
TYPE = "well"
# These cases load some rows at a time; what is missing is the matter of merge.py.
DELTA = ["--delta"]

# ---------------------------------------------------------------- TAP

done = failed = 0


def ok(good, what, *notes):
    global done, failed
    done += 1
    print("%sok %d - %s" % ("" if good else "not ", done, what))
    if not good:
        failed += 1
        for n in notes:
            for line in str(n).splitlines()[:20]:
                print("# " + line[:400])
    sys.stdout.flush()
    return good


def end():
    print("1..%d" % done)
    return 1 if failed else 0


def same(got, want, what):
    return ok(got == want, what, "got:  %r" % (got,), "want: %r" % (want,))


# ---------------------------------------------------------------- digests and streams

xxhash = ctypes.CDLL("libxxhash.so.0")
xxhash.XXH64.restype = ctypes.c_uint64
xxhash.XXH64.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


xxhash.XXH3_128bits.restype = Hash128
xxhash.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


def xxh128(b):
    h = xxhash.XXH3_128bits(b, len(b))
    return h.high.to_bytes(8, "big") + h.low.to_bytes(8, "big")


def quote(v):
    """A value of bytes as RFC 4180 and the stream's format have it."""
    if v is None:
        return b""
    bare = v != b"" and not any(c in v for c in b',"\r\n') and v[:1] not in b"# \t" and \
        v[-1:] not in b" \t"
    return v if bare else b'"' + v.replace(b'"', b'""') + b'"'


def book(stage, read, used, rows, skipped=0, rejected=0, flawed=0, dataset="dbf900/well",
         config="a" * 64, source="b" * 64, rejects="-", codes="-"):
    return dict(stage=stage, dataset=dataset, read=read, used=used, skipped=skipped,
                rejected=rejected, flawed=flawed, rows=rows, config=config,
                source_sha256=source, rejects=rejects, codes=codes)


def seal(head, body, books):
    data = head + body
    for b in books:
        data += ("#aegis-book " + " ".join("%s=%s" % kv for kv in b.items()) + "\n").encode()
    last = books[-1]
    return data + ("#aegis-seal rows=%d read=%d rejected=%d skipped=%d flawed=%d bytes=%d "
                   "xxh64=%016x source_sha256=%s rejects=%s\n" % (
                       last["rows"], last["read"], last["rejected"], last["skipped"],
                       last["flawed"], len(data), xxhash.XXH64(data, len(data), 0),
                       last["source_sha256"], last["rejects"])).encode()


def stream(columns, rows, kind="entity:" + TYPE, run=None, source="wells.ebc", books=None,
           tenant=TENANT, **more):
    """Rows are (entity_key, {field: bytes}) or (entity_key, dict, record)."""
    run = run or str(uuid.uuid4())
    head = ("#aegis-stream 1 kind=%s source=%s run=%s%s\n" % (
        kind, source, run, " tenant=" + tenant if tenant else "")).encode()
    body = ",".join(["_record", "_offset", "entity_key"] + columns).encode() + b"\n"
    for i, row in enumerate(rows):
        place = row[2] if len(row) > 2 else i + 1
        body += b",".join([b"%d" % place, b"%d" % ((place - 1) * 247), quote(row[0])] +
                          [quote(row[1].get(c)) for c in columns]) + b"\n"
    n = len(rows)
    return seal(head, body, books or [book("rrc-decode", n, n, n, **more),
                                      book("entity-map", n, n, n, **more)])


# ---------------------------------------------------------------- the database


def sql(statement):
    p = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-1"], input=statement.encode(),
                       capture_output=True) if len(statement) > 100000 else \
        subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement],
                       capture_output=True)
    if p.returncode:
        raise RuntimeError(p.stderr.decode())
    return p.stdout.decode().rstrip("\n")


def rows(query):
    """A query's rows as dicts; numbers stay text."""
    out = sql("SELECT coalesce(json_agg(to_json(q)), '[]') FROM (%s) q" % query)
    return json.loads(out, parse_float=Number, parse_int=Number)


class Number(str):
    """A JSON number: its digits."""

    def __eq__(self, other):
        return isinstance(other, Number) and str(self) == str(other)

    __hash__ = str.__hash__


TABLES = ["entities", "entity_sources", "batch_datasets", "batch_runs", "batch_sources",
          "batch_books", "batch_rejects"]


def everything(tables=TABLES):
    """All rows with their places: any write shows."""
    return sql("SELECT md5(concat(%s))" % ", ".join(
        "(SELECT md5(string_agg(concat(ctid, ' ', xmin, ' ', x), E'\\n' ORDER BY ctid)) FROM %s x)"
        % t for t in tables))


def load(data, *options, status=0, what=None, **more):
    p = subprocess.run(["aegis-entity-load", "--tenant", TENANT, "--type", TYPE, *DELTA, *options],
                       input=data, capture_output=True, **more)
    p.err = p.stderr.decode(errors="replace")
    if what is not None:
        ok(p.returncode == status, what, "exit status %d" % p.returncode, p.err)
    return p


def report(data, *options, status=0, what=None):
    p = load(data, "--report", "json", *options, status=status, what=what)
    return json.loads(p.stdout) if p.returncode == 0 else {}


def refused(data, status, what, word=None, options=(), **more):
    """The load must end with this status, say why, and leave no trace."""
    before = everything()
    p = load(data, *options, **more)
    kept = everything() == before
    good = p.returncode in (status if isinstance(status, tuple) else (status,)) and \
        (word is None or word in p.err) and kept
    return ok(good, what, "exit status %d" % p.returncode, p.err,
              "" if kept else "the tables changed")
