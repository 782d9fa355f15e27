# Helpers of the shell tests: TAP for prove(1), a work directory, a private PostgreSQL.
# Sourced: . "$(dirname "$0")/../../lib.sh" (or ../lib.sh); end with done_testing.

set -u
export LC_ALL=C TZ=UTC
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SHARED=${AEGIS_SHARED:-$ROOT/../shared}
AEGIS_BIN=${AEGIS_BIN:-$ROOT/build/bin}
AEGIS_TOOLS=${AEGIS_TOOLS:-$ROOT/build/rel/tests/tools}
PATH=$AEGIS_BIN:$AEGIS_TOOLS:$PATH
AEGIS_HOME=$ROOT
export PATH AEGIS_HOME
unset AEGIS_RUN AEGIS_STATUS_FD AEGIS_VAR PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGSERVICE
TENANT=00000000-0000-4000-8000-000000000001

WORK=$(mktemp -d "${TMPDIR:-/tmp}/aegis-test-XXXXXX")
# The private server runs as another user than root: let it pass.
chmod 755 "$WORK"
tap_n=0
tap_bad=0
pg_up=

tap_exit() {
	local status=$?
	trap - EXIT INT TERM
	if [ -n "$pg_up" ]; then
		AEGIS_VAR=$WORK/var aegis db destroy --yes >/dev/null 2>&1
	fi
	rm -rf "$WORK"
	exit "$status"
}
trap tap_exit EXIT
trap 'exit 143' INT TERM

# say TEXT...: a remark in the TAP output
say() { printf '# %s\n' "$*" | sed '2,$s/^\([^#]\)/# \1/'; }

tap_result() { # tap_result STATUS DESCRIPTION
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_n" "$2"
	else
		tap_bad=$((tap_bad + 1))
		printf 'not ok %d - %s\n' "$tap_n" "$2"
	fi
	return "$1"
}

# ok DESCRIPTION CMD...: passes if CMD exits 0
ok() {
	local what=$1
	shift
	if "$@" >"$WORK/.ok" 2>&1; then
		tap_result 0 "$what"
	else
		tap_result 1 "$what"
		say "command: $*"
		head -c 4000 "$WORK/.ok" | sed 's/^/# /'
		echo
		return 1
	fi
}

# is GOT WANT DESCRIPTION
is() {
	if [ "$1" = "$2" ]; then
		tap_result 0 "$3"
	else
		tap_result 1 "$3"
		printf '%s\n' "got:" "$1" "want:" "$2" | head -c 4000 | sed 's/^/# /'
		echo
		return 1
	fi
}

# exits STATUS DESCRIPTION CMD...: stdout to $WORK/out, stderr to $WORK/err
exits() {
	local want=$1 what=$2 got
	shift 2
	"$@" >"$WORK/out" 2>"$WORK/err"
	got=$?
	if [ "$got" -eq "$want" ]; then
		tap_result 0 "$what"
	else
		tap_result 1 "$what"
		say "exit status $got, not $want: $*"
		head -c 3000 "$WORK/err" | sed 's/^/# /'
		echo
		return 1
	fi
}

# like FILE REGEX DESCRIPTION (extended regular expression, any line)
like() {
	if grep -Eq -- "$2" "$1"; then
		tap_result 0 "$3"
	else
		tap_result 1 "$3"
		say "no line matches: $2"
		head -c 3000 "$1" | sed 's/^/# /'
		echo
		return 1
	fi
}

# unlike FILE REGEX DESCRIPTION
unlike() {
	if grep -Eq -- "$2" "$1"; then
		tap_result 1 "$3"
		say "a line matches: $2"
		grep -E -- "$2" "$1" | head -c 3000 | sed 's/^/# /'
		echo
		return 1
	else
		tap_result 0 "$3"
	fi
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# need_shared: real samples beside the checkout; missing ones fail in CI
need_shared() {
	[ -d "$SHARED/rrc/samples" ] && return 0
	if [ "${CI:-}" = true ]; then
		printf 'Bail out! no real samples in %s\n' "$SHARED"
		exit 1
	fi
	skip_all "no real samples in $SHARED"
}

# need_pg: a private PostgreSQL for this test file, with the schema; exports PG*.  Without
# AGE and pgvector: it starts on every machine, and fast.
need_pg() { start_pg --without age,vector; }

# need_full_pg: the same with AGE and pgvector
need_full_pg() { start_pg; }

start_pg() {
	export AEGIS_VAR=$WORK/var
	pg_up=1
	if ! aegis db start --fast ${AEGIS_TEST_POSTGRES:+--postgres "$AEGIS_TEST_POSTGRES"} ${PG_SET:-} "$@" >"$WORK/db.log" 2>&1 ||
	    ! eval "$(aegis db env)" || ! aegis schema-apply >>"$WORK/db.log" 2>&1; then
		sed 's/^/# /' "$WORK/db.log"
		printf 'Bail out! no private PostgreSQL\n'
		exit 1
	fi
}

# sql STATEMENT: its rows, tab separated
sql() { psql -XqAtF "$(printf '\t')" -v ON_ERROR_STOP=1 -c "$1"; }

# tables_sum: one digest over everything that an import may write
tables_sum() {
	local t
	for t in entities entity_sources entity_links batch_sources batch_books batch_rejects; do
		psql -XqAt -c "COPY (SELECT '$t', x::text FROM $t x ORDER BY 2) TO STDOUT"
	done | sha256sum | cut -d' ' -f1
}

done_testing() {
	printf '1..%d\n' "$tap_n"
	[ "$tap_bad" -eq 0 ]
	exit $?
}
