#!/usr/bin/env python3
"""coverage.py DIR: what the runs of the coverage build in DIR have reached, by gcov's own JSON.

Prints lines and branches of each directory of lib/ and of cmd/, and of all.  A source that several
programs hold counts once: a line is covered where any of them ran it.
"""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile


def main(build):
    build = os.path.abspath(build)
    lines, branches = collections.defaultdict(int), collections.defaultdict(int)
    notes = glob.glob(build + "/lib/*/*.gcno") + glob.glob(build + "/cmd/*.gcno")
    with tempfile.TemporaryDirectory() as work:
        for at in range(0, len(notes), 50):
            subprocess.run(["gcov", "--json-format", "--branch-probabilities", *notes[at:at + 50]],
                           cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for name in glob.glob(work + "/*.gcov.json.gz"):
                with gzip.open(name, "rt") as f:
                    for source in json.load(f)["files"]:
                        path = os.path.normpath(source["file"])
                        if not path.startswith(("lib/", "cmd/")) or not path.endswith(".c"):
                            continue
                        for line in source["lines"]:
                            key = (path, line["line_number"])
                            lines[key] += line["count"]
                            for i, b in enumerate(line["branches"]):
                                branches[key + (i,)] += b["count"]
                os.remove(name)

    def table(counts):
        total, hit = collections.Counter(), collections.Counter()
        for key, n in counts.items():
            for of in (os.path.dirname(key[0]), "all"):
                total[of] += 1
                hit[of] += n > 0
        return total, hit

    (lt, lh), (bt, bh) = table(lines), table(branches)
    print("%-16s %8s %7s %9s %7s" % ("directory", "lines", "run", "branches", "taken"))
    for d in sorted(lt, key=lambda d: (d == "all", d)):
        print("%-16s %8d %6.1f%% %9d %6.1f%%" % (d, lt[d], 100 * lh[d] / lt[d], bt[d],
                                                100 * bh[d] / max(bt[d], 1)))


if __name__ == "__main__":
    main(sys.argv[1])
