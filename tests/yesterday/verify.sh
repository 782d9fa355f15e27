#!/bin/sh
# verify.sh PUBLIC-KEY.pem DIRECTORY [CHECKPOINT...]
#
# Checks audit archives with sha256sum, zstd and openssl alone.  DIRECTORY holds the archives of
# one table (TABLE-000001-PERIOD, TABLE-000002-PERIOD, ...); the public key, this script and the
# CHECKPOINTs, kept from earlier visits, come from somewhere else than the archives.
#
# It sees: any byte of any file changed, files missing or added, a signature that is wrong or
# missing, an archive missing in the middle or replaced, two in each other's place, periods
# that leave a gap; with a CHECKPOINT also that the archive it was made for is there unchanged.
# It does not see, and aegis audit-check does: whether the rows give the Merkle root and the
# counts that the exporter signed.  Without a CHECKPOINT neither sees archives missing at the end.
#
# Exit status: 0 all is well, 1 it is not, 64 usage.
set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 2 ]; then
	sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
key=$1
dir=$2
shift 2
for tool in sha256sum zstd openssl; do
	command -v "$tool" >/dev/null || { echo "verify.sh: $tool is not here" >&2; exit 64; }
done
[ -r "$key" ] || { echo "verify.sh: can't read '$key'" >&2; exit 64; }

bad=0
finding() {
	bad=$((bad + 1))
	printf 'FINDING %s\n' "$*"
}

# field FILE NAME: the value of a member that has a line of its own
field() { sed -n "s/^  \"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$1"; }

# tree FILE NAME: "SIZE ROOT" of a tree
tree() { sed -n "s/^  \"$2\": {\"size\": \([0-9]*\), \"root\": \"\([0-9a-f]*\)\".*/\1 \2/p" "$1"; }

# sums FILE NAME: digests of a file of lines, "PACKED PLAIN"
sums() {
	sed -n "s,^    \"$2\": {\"sha256\": \"\([0-9a-f]*\)\".*\"plain_sha256\": \"\([0-9a-f]*\)\".*,\1 \2,p" "$1"
}

digest() { sha256sum | cut -d ' ' -f 1; }

# one ARCHIVE: by itself
one() {
	a=$1
	name=$(basename "$a")
	m=$a/data/manifest.json
	for f in data/manifest.json data/rows.ndjson.zst data/verdicts.ndjson.zst bag-info.txt \
	    bagit.txt checkpoint checkpoint.body checkpoint.sig manifest-sha256.txt \
	    tagmanifest-sha256.txt; do
		if [ ! -f "$a/$f" ] || [ -h "$a/$f" ]; then
			finding "$name: $f is missing"
			return
		fi
	done
	[ "$(find "$a" ! -type d | wc -l)" -eq 10 ] || finding "$name: there are files that don't belong into it"
	# The lists may name these files and no others: no path leads out of the archive.
	[ "$(sed 's/^[0-9a-f]\{64\}  //' "$a/manifest-sha256.txt")" = "data/manifest.json
data/rows.ndjson.zst
data/verdicts.ndjson.zst" ] || finding "$name: manifest-sha256.txt lists other files"
	[ "$(sed 's/^[0-9a-f]\{64\}  //' "$a/tagmanifest-sha256.txt")" = "bag-info.txt
bagit.txt
checkpoint
checkpoint.body
checkpoint.sig
manifest-sha256.txt" ] || finding "$name: tagmanifest-sha256.txt lists other files"
	for list in manifest-sha256.txt tagmanifest-sha256.txt; do
		(cd "$a" && sha256sum --check --strict --quiet "$list") >/dev/null 2>&1 ||
		    finding "$name: a file is not as $list has it"
	done
	# The signature is over the checkpoint, which names the manifest, which names the rest.
	openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$a/checkpoint.body" \
	    -sigfile "$a/checkpoint.sig" >/dev/null 2>&1 || finding "$name: the signature is wrong"
	[ "$(sed '/^$/,$d' "$a/checkpoint" | digest)" = "$(digest <"$a/checkpoint.body")" ] ||
	    finding "$name: checkpoint and checkpoint.body differ"
	[ "$(sed -n 's/^manifest-sha256 //p' "$a/checkpoint.body")" = "$(digest <"$m")" ] ||
	    finding "$name: the manifest is not the one that was signed"
	for f in rows verdicts; do
		want=$(sums "$m" "data/$f.ndjson.zst")
		[ "${want%% *}" = "$(digest <"$a/data/$f.ndjson.zst")" ] ||
		    finding "$name: data/$f.ndjson.zst is not the file that was sealed"
		got=$(zstd -dcq --memory=8MB "$a/data/$f.ndjson.zst" 2>/dev/null | digest)
		[ "${want##* }" = "$got" ] || finding "$name: data/$f.ndjson.zst holds another text"
	done
	root=$(sed -n 3p "$a/checkpoint.body" | openssl base64 -d 2>/dev/null | od -An -v -tx1 | tr -d ' \n')
	[ "$(sed -n 2p "$a/checkpoint.body") $root" = "$(tree "$m" tree)" ] ||
	    finding "$name: the checkpoint's tree is not the manifest's"
	[ "$(sed -n 1p "$a/checkpoint.body")" = "$(field "$m" origin)" ] ||
	    finding "$name: the checkpoint is of another log"
}

# next ARCHIVE: behind the one before, of which last_* tell
next() {
	name=$(basename "$1")
	m=$1/data/manifest.json
	[ -f "$m" ] || { last_sequence=x; return; }
	sequence=$(field "$m" sequence)
	case $name in
	"$(field "$m" table)-$(printf %06d "$sequence")-"*) ;;
	*) finding "$name: its manifest is of sequence $sequence of $(field "$m" table)" ;;
	esac
	if [ "$last_sequence" = x ]; then
		: # what came before could not be read, which has been said
	elif [ "$sequence" != $((last_sequence + 1)) ]; then
		finding "$name: sequence $((last_sequence + 1)) should stand here"
	elif [ "$sequence" = 1 ]; then
		[ "$(field "$m" previous_manifest_sha256)" = null ] || finding "$name: something came before the first one"
	else
		[ "$(field "$m" previous_manifest_sha256)" = "$last_digest" ] ||
		    finding "$name: it was sealed behind another archive than the one before it"
		[ "$(field "$m" from)" = "$last_to" ] || finding "$name: its period leaves a gap"
		[ "$(tree "$m" tree_before)" = "$last_tree" ] || finding "$name: its tree did not grow from the one before"
		[ "$(field "$m" origin)" = "$last_origin" ] || finding "$name: it is of another log"
	fi
	last_sequence=$sequence
	last_digest=$(digest <"$m")
	last_to=$(field "$m" to)
	last_tree=$(tree "$m" tree)
	last_origin=$(field "$m" origin)
}

last_sequence=0
n=0
for a in "$dir"/*-[0-9][0-9][0-9][0-9][0-9][0-9]-*; do
	[ -d "$a" ] || continue
	n=$((n + 1))
	one "$a"
	next "$a"
done
[ "$n" -gt 0 ] || { echo "verify.sh: no archive in '$dir'" >&2; exit 64; }

for held; do
	same=no
	for a in "$dir"/*-[0-9][0-9][0-9][0-9][0-9][0-9]-*; do
		if [ -f "$a/checkpoint" ] && [ "$(digest <"$held")" = "$(digest <"$a/checkpoint")" ]; then
			same=yes
		fi
	done
	[ $same = yes ] || finding "the archive that '$held' was made for is missing, or was made anew"
done

if [ $bad -gt 0 ]; then
	printf '%d archives, %d findings\n' "$n" "$bad"
	exit 1
fi
printf '%d archives, no findings' "$n"
[ $# -gt 0 ] || printf '; archives missing at the end would not be seen without a CHECKPOINT'
printf '\n'
