#!/usr/bin/env bash
# Every attack on an archive or its chain: audit-check finds it, and says what it is; verify.sh
# finds what it claims to find.
. "$(dirname "$0")/../../lib.sh"
. "$ROOT/tests/audit.sh"
need_pg
audit_setup
AKIT=$ROOT/tests/tools/archive_kit.py

# Six archives: rows, rows, an empty night, rows with a late one, an empty night, rows.
for day in 03 04 06 08; do signed_rows python 40 "2026-10-$day" | load_rows; done
sql "CREATE TEMP TABLE late AS SELECT * FROM audit_logs LIMIT 0" >/dev/null
for day in 03 04 05; do audit_export --period "2026-10-$day"; done
signed_rows python 3 2026-10-02 | load_rows
for day in 06 07 08; do audit_export --period "2026-10-$day"; done
T=$ARCH/audit_logs
vkey=$WORK/audit.key.vkey
is "$(ls -d "$T"/audit_logs-*/ | wc -l)" 6 "six archives"
exits 0 "untouched: no findings" aegis audit-check --key "$vkey" "$ARCH"
like "$WORK/out" '163 rows \(3 late\)' "rows and late rows are counted"
like "$WORK/out" 'not anchored' "and the tail is said not to be anchored"
exits 0 "verify.sh agrees" "$ROOT/scripts/verify.sh" "$WORK/audit.key.pub" "$T"
ok "so does a second reading in Python" python3 "$AKIT" read "$T"
cp "$T"/audit_logs-000004-*/checkpoint "$WORK/held4"
cp "$T"/audit_logs-000006-*/checkpoint "$WORK/held6"
exits 0 "with checkpoints held: no findings" aegis audit-check --key "$vkey" --expect-checkpoint "$WORK/held4" \
    --expect-checkpoint "$WORK/held6" "$ARCH"
like "$WORK/out" 'anchored up to 163 rows' "and the tail is anchored"

C=$WORK/copy/audit_logs
bag() { echo "$C"/audit_logs-00000"$1"-*; }
fresh() {
	rm -rf "$WORK/copy"
	mkdir "$WORK/copy"
	cp -r "$T" "$WORK/copy/"
	rm -f "$C"/index* "$C"/lock "$C"/*.html
}
fresh

# attack CODE DESCRIPTION [CHECK-OPTION...]: on the copy, as it now is; verify.sh, too, unless BLIND is set
attack() {
	local code=$1 what=$2 held=()
	shift 2
	[ $# -gt 0 ] && held=("$2")
	exits 1 "$what: audit-check finds it" aegis audit-check --key "$vkey" "$@" "$WORK/copy"
	like "$WORK/out" "FINDING .*$code: " "$what: $code"
	if [ -z "${BLIND:-}" ]; then
		exits 1 "$what: verify.sh finds it" "$ROOT/scripts/verify.sh" "$WORK/audit.key.pub" "$C" "${held[@]}"
	fi
	fresh
}

# Lines, with everything made to fit again that has no key.
for op in edited removed added reordered duplicated unended verdict counts; do
	python3 "$AKIT" rewrite "$(bag 2)" $op
	attack bad_signature "a line $op, all digests made anew"
done

# The compressed file.
rows() { echo "$(bag 2)/data/rows.ndjson.zst"; }
python3 - "$(rows)" <<'END'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) // 2] ^= 1
open(sys.argv[1], "wb").write(b)
END
attack 'broken_file|rows_differ' "a bit of the compressed file"
zstd -dcq "$(rows)" | zstd -q -19 >"$WORK/z" && mv "$WORK/z" "$(rows)"
exits 1 "compressed again: audit-check finds it" aegis audit-check --key "$vkey" "$WORK/copy"
like "$WORK/out" 'recompressed: .*the text is the same' "and says that the text is the same"
unlike "$WORK/out" 'rows_differ|broken_tree' "and nothing worse"
fresh
printf '\x5e\x2a\x4d\x18\x04\x00\x00\x00evil' >>"$(rows)"
ok "stock zstd does not mind a skippable frame" zstd -tq "$(rows)"
attack recompressed "a skippable frame behind the file"
head -c 100 "$(rows)" >"$WORK/z" && mv "$WORK/z" "$(rows)"
attack broken_file "the file cut"
: >"$(rows)"
attack rows_differ "the file emptied"

# Frames: a file of three, then one dropped, swapped, doubled.
python3 "$KIT" rows bulk 16000 2026-10-08 | python3 "$KIT" sign py-sorted "$WORK/k1.key" |
    python3 "$KIT" csv | sql "COPY audit_logs FROM STDIN CSV" 2>/dev/null || :
F=$WORK/frames
(ARCH=$F; audit_export --period 2026-10-08)
cp -r "$F" "$WORK/frames.whole"
for op in dropped swapped doubled; do
	rm -rf "$F" && cp -r "$WORK/frames.whole" "$F"
	f=$(echo "$F"/audit_logs/audit_logs-000001-*/data/rows.ndjson.zst)
	python3 - "$f" $op <<'END'
import sys
b = open(sys.argv[1], "rb").read()
n = int.from_bytes(b[-9:-5], "little")
assert n >= 3, n
t, at, frames = b[len(b) - 9 - 12 * n:-9], 0, []
for i in range(n):
    k = int.from_bytes(t[12 * i:12 * i + 4], "little")
    frames.append(b[at:at + k])
    at += k
f = {"dropped": frames[:-1], "swapped": [frames[1], frames[0]] + frames[2:],
     "doubled": frames[:1] + frames}[sys.argv[2]]
open(sys.argv[1], "wb").write(b"".join(f) + b[at:])
END
	ok "a frame $op: stock zstd sees nothing" zstd -tq "$f"
	exits 1 "a frame $op: audit-check does" aegis audit-check --key "$vkey" "$F"
	exits 1 "a frame $op: so does verify.sh" "$ROOT/scripts/verify.sh" "$WORK/audit.key.pub" "$F/audit_logs"
done
# A small file that unpacks into a large one.
head -c 300000000 /dev/zero | zstd -q >"$(rows)"
exits 1 "a decompression bomb: audit-check finds it" "$AEGIS_TOOLS/peak" "$WORK/peak" aegis audit-check --key "$vkey" "$WORK/copy"
like "$WORK/out" 'broken_file: .*more text' "and stops where the manifest's size is passed"
fresh

# Files.
rm "$(bag 2)/data/verdicts.ndjson.zst"
attack file_missing "a file missing"
rm "$(bag 2)/checkpoint.sig"
attack file_missing "the signature missing"
rm -r "$(bag 2)/data"
attack file_missing "data/ missing"
: >"$(bag 2)/data/more"
attack file_extra "a file more"
: >"$(bag 2)/.hidden"
attack file_extra "a hidden file more"
mv "$(bag 2)/data/rows.ndjson.zst" "$WORK/away"
ln -s "$WORK/away" "$(bag 2)/data/rows.ndjson.zst"
attack file_extra "a link in place of a file"
mv "$(bag 2)" "$C/audit_logs-000002-2026-10-09"
BLIND=1 attack renamed "an archive renamed to another period"
sed -i 's,data/rows.ndjson.zst,../../../etc/passwd,' "$(bag 2)/manifest-sha256.txt"
attack file_differs "a path out of the archive in its list"
echo 'Contact-Name: Mallory' >>"$(bag 2)/bag-info.txt"
attack file_differs "a line more in bag-info.txt"
sed -i 's/"late": 0/"late": 1/' "$(bag 2)/data/manifest.json"
python3 "$AKIT" rehash "$(bag 2)"
attack bad_signature "a count edited and hashed again"
printf '{}' >"$(bag 2)/data/manifest.json"
attack bad_manifest "a manifest that is none"

# The chain.
rm -r "$(bag 2)"
attack missing_archive "one archive missing"
rm -r "$(bag 2)" "$(bag 3)"
attack missing_archive "two adjacent archives missing"
rm -r "$(bag 3)"
attack missing_archive "an empty night missing"
rm -r "$(bag 1)"
attack missing_archive "the first one missing"
rm -r "$(bag 6)"
exits 0 "the newest missing: not seen without a checkpoint" aegis audit-check --key "$vkey" "$WORK/copy"
like "$WORK/out" 'not anchored' "and said so"
attack rolled_back "the newest missing, with the checkpoint held" --expect-checkpoint "$WORK/held6"
rm -r "$(bag 5)" "$(bag 6)"
attack rolled_back "the newest two missing" --expect-checkpoint "$WORK/held6"
cp "$T"/audit_logs-000005-*/checkpoint "$WORK/held5"
rm -r "$(bag 5)" "$(bag 6)"
attack missing_archive "an empty newest one missing: same size, no such archive" --expect-checkpoint "$WORK/held5"
a=$(bag 3) b=$(bag 5)
mv "$a" "$WORK/x" && mv "$b" "$a" && mv "$WORK/x" "$b"
attack renamed "two sequences in each other's place"
cp -r "$(bag 2)" "$C/audit_logs-000002-2026-10-14"
BLIND=1 attack twice "a sequence there twice"
cp -r "$(bag 2)" "$C/audit_logs-000007-2026-10-09"
attack 'renamed|broken_chain' "an older archive replayed as the next one"
cp "$(bag 2)"/data/manifest.json "$(bag 4)"/data/manifest.json
attack other_manifest "an older valid manifest in place of a newer one"
cp "$(bag 2)"/checkpoint* "$(bag 4)"/
attack other_manifest "an older checkpoint in place of a newer one"

# A history written anew by somebody who has the signing key.
forge "UPDATE audit_logs SET actor_id = 'mallory' WHERE id = (SELECT id FROM audit_logs WHERE created_at < '2026-10-04' LIMIT 1)"
(ARCH=$WORK/forged; for day in 03 04 05 06; do audit_export --period "2026-10-$day"; done)
rm -rf "$WORK/copy" && cp -r "$WORK/forged" "$WORK/copy" && rm -f "$C"/index* "$C"/lock
exits 0 "a history written anew with the key is whole by itself" aegis audit-check --key "$vkey" "$WORK/copy"
cp "$T"/audit_logs-000002-*/checkpoint "$WORK/held2"
attack forked "a history written anew: same size, other root" --expect-checkpoint "$WORK/held2"
# Inconsistent growth: the first three of one history, the fourth of the other.
rm -r "$(bag 4)" "$(bag 5)" "$(bag 6)"
cp -r "$WORK"/forged/audit_logs/audit_logs-000004-*/ "$C/"
attack broken_chain "archives of two histories put together"

# Signatures.
aegis audit-keygen --name example.com/audit --out "$WORK/other.key" >/dev/null
aegis audit-keygen --name example.org/stranger --out "$WORK/stranger.key" >/dev/null
for k in other stranger; do
	exits 1 "a key of $k: not signed" aegis audit-check --key "$WORK/$k.key.vkey" "$WORK/copy"
	like "$WORK/out" 'not_signed' "a key of $k: named so"
done
exits 1 "verify.sh with another key" "$ROOT/scripts/verify.sh" "$WORK/other.key.pub" "$C"
cat "$WORK/stranger.key.vkey" "$vkey" >"$WORK/two.vkey"
exits 0 "two keys in one file, one of them right" aegis audit-check --key "$WORK/two.vkey" "$WORK/copy"
line=$(tail -n 1 "$(bag 2)/checkpoint")
sed -i '$d' "$(bag 2)/checkpoint"
attack 'bad_signature|not_signed' "the signature line taken away while a key is given"
# Another signer's line is not heeded; a bad one by a known key spoils the note.
name=${line#* } name=${name%% *}
printf '%s\n' "${line/$name/other.example}" >>"$(bag 2)/checkpoint"
exits 1 "an unknown signer's line behind it" aegis audit-check --key "$vkey" "$WORK/copy"
unlike "$WORK/out" 'bad_signature' "is no bad signature (the bag's list says that the file was changed)"
fresh
sig=${line##* }
printf '%s %s\n' "${line% *}" "$(python3 -c '
import base64, sys
b = bytearray(base64.b64decode(sys.argv[1])); b[20] ^= 1
print(base64.b64encode(b).decode())' "$sig")" >>"$(bag 2)/checkpoint"
attack bad_signature "one bad signature of two"
printf '\n' >>"$(bag 2)/checkpoint.body"
attack bad_signature "the body's last line end"

# Proofs.
id=$(zstd -dcq "$(bag 4)/data/rows.ndjson.zst" | sed -n 7p | cut -c 8-43)
mkdir "$WORK/p"
exits 0 "--prove" aegis audit-check --key "$vkey" --prove "$id" --output-dir "$WORK/p" "$C"
proof=$WORK/p/$id.proof
exits 0 "its proof is good" aegis audit-check --key "$vkey" --check-proof "$proof"
is "$(zstd -dcq "$(bag 4)/data/rows.ndjson.zst" | sed -n 7p)" "$(cat "$WORK/p/$id.json")" "and of the very line"
# With nothing but a shell, sha256sum and xxd.
cat >"$WORK/prove.sh" <<'END'
index=$(sed -n 's/^index //p' "$1"); size=$(sed '1,/^$/d' "$1" | sed -n 2p)
h=$( (printf '\0'; cat "$2") | sha256sum | cut -c -64)
fn=$index; sn=$((size - 1))
for p in $(sed '1,2d; /^$/,$d' "$1"); do
	p=$(echo "$p" | base64 -d | xxd -p -c 64)
	if [ $((fn & 1)) = 1 ] || [ $fn = $sn ]; then
		h=$(echo "01$p$h" | xxd -r -p | sha256sum | cut -c -64)
		while [ $((fn & 1)) = 0 ] && [ $fn != 0 ]; do fn=$((fn >> 1)); sn=$((sn >> 1)); done
	else h=$(echo "01$h$p" | xxd -r -p | sha256sum | cut -c -64); fi
	fn=$((fn >> 1)); sn=$((sn >> 1))
done
[ $sn = 0 ] && [ "$h" = "$(sed '1,/^$/d' "$1" | sed -n 3p | base64 -d | xxd -p -c 64)" ]
END
ok "ten lines of shell agree" bash "$WORK/prove.sh" "$proof" "$WORK/p/$id.json"
bad_proof() { # bad_proof DESCRIPTION SED-SCRIPT
	sed "$2" "$proof" >"$WORK/bad.proof"
	cp "$WORK/p/$id.json" "$WORK/bad.json"
	exits 1 "$1" aegis audit-check --key "$vkey" --check-proof "$WORK/bad.proof"
}
bad_proof "a proof that is too short" 3d
bad_proof "a proof that is too long" '3{p}'
bad_proof "an index past the tree" 's/^index .*/index 163/'
bad_proof "an index that wraps" 's/^index .*/index 18446744073709551615/'
bad_proof "another index" 's/^index .*/index 3/'
bad_proof "the checkpoint's size changed" '/^example.com/{n;s/163/164/}'
bad_proof "without its signature" '$d'
sed 's/"/ "/' "$WORK/p/$id.json" >"$WORK/other.json"
exits 1 "another line" aegis audit-check --key "$vkey" --check-proof "$proof" --line "$WORK/other.json"
# A node's two halves as a leaf: the prefix tells them apart.
python3 - "$proof" "$WORK/p/$id.json" "$WORK" <<'END'
import base64, hashlib, sys
head = open(sys.argv[1]).read().split("\n\n")[0].split("\n")
leaf = hashlib.sha256(b"\0" + open(sys.argv[2], "rb").read()).digest()
first = base64.b64decode(head[2])
i = int(head[1].split()[1])
node = first + leaf if i & 1 else leaf + first
open(sys.argv[3] + "/node.json", "wb").write(node)
rest = open(sys.argv[1]).read().split("\n\n", 1)[1]
open(sys.argv[3] + "/node.proof", "w").write("\n".join([head[0], "index %d" % (i >> 1)] + head[3:]) + "\n\n" + rest)
END
exits 1 "a node used as a leaf" aegis audit-check --key "$vkey" --check-proof "$WORK/node.proof"
exits 66 "a row that is not there" aegis audit-check --key "$vkey" --prove 00000000-0000-4000-8000-0000000000aa --output-dir "$WORK/p" "$C"

# What only audit-check sees, by somebody with the signing key: verify.sh says so in its head.
like "$ROOT/scripts/verify.sh" 'does not see.*whether the rows give the Merkle root' "verify.sh says what it does not see"
exits 66 "a directory without archives" aegis audit-check --key "$vkey" "$WORK/p"
exits 64 "without a key it must be said" aegis audit-check "$WORK/copy"
exits 0 "and can be" aegis audit-check --without-key "$WORK/copy"
like "$WORK/out" 'NOT checked' "and is in the report"
aegis audit-check --key "$vkey" --report json "$WORK/copy" >"$WORK/json"
ok "the report as JSON" python3 -c 'import json, sys; r, = json.load(open(sys.argv[1])); assert r["rows"] == 163 and r["findings"] == [] and r["late"] == 3' "$WORK/json"
done_testing
