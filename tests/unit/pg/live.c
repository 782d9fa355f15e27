/* lib/pg/pg.c against a server of its own, made by lib/server. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tap.h"
#include "pg/copy_into.h"
#include "pg/copy_row.h"
#include "pg/copy_spool.h"
#include "pg/pg.h"
#include "pg/without.h"
#include "server/server.h"

static struct pg *pg;

/* The first column of the first row, in a buffer of our own. */
static const char *
one(const char *sql)
{
	static char value[1024];
	struct err e = ERR_INIT;
	struct pg_result *r = pg_query(pg, sql, NULL, 0, &e);
	const char *v = r && pg_result_rows(r) > 0 ? pg_result_get(r, 0, 0) : NULL;

	(void)snprintf(value, sizeof(value), "%s", r == NULL ? e.msg : v ? v : "(null)");
	pg_result_free(r);
	return (value);
}

static void
fails(const char *sql, enum status want, const char *msg, const char *hint)
{
	struct err e = ERR_INIT;
	int rc = pg_exec(pg, sql, &e);

	if (!tap_ok(rc == -1 && e.status == want && strstr(e.msg, msg) != NULL &&
		    strstr(e.hint, hint) != NULL && strchr(e.msg, '\n') == NULL,
		"%.30s...: status %d", sql, (int)want))
		(void)printf("# %d '%s' hint '%s'\n", (int)e.status, e.msg, e.hint);
}

static void
test_session(void)
{

	(void)tap_is(one("SHOW timezone"), "UTC", "time zone");
	(void)tap_is(one("SHOW datestyle"), "ISO, MDY", "dates");
	(void)tap_is(one("SHOW client_encoding"), "UTF8", "encoding");
	(void)tap_is(one("SHOW search_path"), "public", "search path");
	(void)tap_is(one("SHOW application_name"), "aegis-live", "application name");
	(void)tap_is(one("SELECT current_user"), "aegis", "role");
}

static void
test_query(void)
{
	const char *params[] = { "a'b", NULL };
	struct err e = ERR_INIT;
	struct pg_result *r;

	r = pg_query(pg, "SELECT $1::text, $2::int, ''", params, 2, &e);
	(void)tap_ok(r != NULL && pg_result_rows(r) == 1, "a query with parameters");
	(void)tap_is(r ? pg_result_get(r, 0, 0) : "", "a'b", "text");
	(void)tap_is(r ? pg_result_get(r, 0, 1) : "", NULL, "NULL is NULL");
	(void)tap_is(r ? pg_result_get(r, 0, 2) : NULL, "", "the empty string is not");
	pg_result_free(r);
	(void)tap_ok(pg_exec(pg,
			 "CREATE TABLE t (a int PRIMARY KEY, b text); "
			 "CREATE TABLE d (a int REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
			 &e) == 0,
	    "more than one statement");
	(void)tap_ok(pg_exec(pg, "", &e) == 0, "no statement");
	(void)tap_ok(pg_exec(pg, "SELECT 1", &e) == 0, "a statement with an unwanted result");
	r = pg_query(pg, "INSERT INTO t SELECT generate_series(1, 7)", NULL, 0, &e);
	(void)tap_ok(r != NULL && pg_result_affected(r) == 7, "rows affected");
	pg_result_free(r);
	fails("INSERT INTO t VALUES (7)", STATUS_DATA, "Key (a)=(7) already exists", "");
	fails("SELECT * FROM nowhere", STATUS_CONFIG, "nowhere", "aegis schema-check");
	fails("SELECT nothing FROM t", STATUS_CONFIG, "nothing", "");
	fails("SELECT 'x'::int", STATUS_DATA, "invalid input syntax", "");
	fails("SELEC", STATUS_BUG, "syntax error", "");
	fails("SELECT 1 / 0", STATUS_DATA, "division by zero", "");
	fails("SET statement_timeout TO 10; SELECT pg_sleep(5)", STATUS_TEMPFAIL, "timeout", "");
	fails(
	    "DO $$ BEGIN RAISE EXCEPTION 'two\nlines' USING DETAIL = 'more\nyet', HINT = 'so'; END $$",
	    STATUS_DATA, "two; lines: more; yet", "so");
	fails("COPY t FROM STDIN", STATUS_BUG, "another kind", "");
	fails("COPY t TO STDOUT", STATUS_BUG, "another kind", "");
	(void)tap_is(one("SELECT 'usable'"), "usable", "the connection is usable after all that");
}

static void
test_commit(void)
{
	struct err e1 = ERR_INIT, e2 = ERR_INIT, e3 = ERR_INIT;

	(void)tap_ok(pg_begin(pg, &e1) == 0 && pg_exec(pg, "INSERT INTO t VALUES (10)", &e1) == 0 &&
		pg_commit(pg, &e1) == 0,
	    "commit");
	(void)tap_ok(pg_begin(pg, &e1) == 0 && pg_exec(pg, "INSERT INTO t VALUES (11)", &e1) == 0,
	    "begin");
	pg_rollback(pg);
	(void)tap_is(one("SELECT count(*) FROM t WHERE a IN (10, 11)"), "1", "rollback");
	pg_rollback(pg);
	(void)pg_begin(pg, &e1);
	(void)pg_exec(pg, "INSERT INTO t VALUES (12); SELECT 1 / 0", NULL);
	(void)tap_ok(pg_commit(pg, &e2) == -1 && e2.status == STATUS_BUG &&
		strstr(e2.msg, "ROLLBACK") != NULL,
	    "a failed transaction does not commit");
	(void)pg_begin(pg, &e1);
	(void)pg_exec(pg, "INSERT INTO d VALUES (99)", &e1);
	(void)tap_ok(pg_commit(pg, &e3) == -1 && e3.status == STATUS_DATA &&
		strstr(e3.msg, "(99)") != NULL,
	    "a deferred constraint fails the commit");
	(void)tap_ok(e1.status == STATUS_OK, "and nothing else failed");
	(void)tap_is(one("SELECT count(*) FROM t WHERE a = 12"), "0", "nothing is there");
}

enum { ROWS = 40000, CODES = 0x2fff };

/* Rows whose ends fall anywhere in the chunks, sent in pieces of every size. */
static void
test_copy_in(void)
{
	struct buf b = BUF_INIT(64 << 20);
	struct err e = ERR_INIT;
	uint64_t rows = 0;
	size_t at, n;
	int i, rc = 0;

	for (i = 0; i < ROWS; i++)
		rc |= buf_addf(&b, &e, "%d\t%0*d\n", 1000 + i, i % 97 + 1, i);
	(void)tap_ok(rc == 0 && pg_copy_in(pg, "COPY t FROM STDIN", &e) == 0, "COPY starts");
	for (at = 0, n = 1; rc == 0 && at < b.len; at += n, n = n * 2 % 300007) {
		n = n < b.len - at ? n : b.len - at;
		rc = pg_copy_put(pg, b.p + at, n, &e);
	}
	(void)tap_ok(rc == 0 && pg_copy_end(pg, &rows, &e) == 0 && rows == ROWS,
	    "%d rows, counted by the server", ROWS);
	(void)tap_is(one("SELECT count(*) || ' ' || sum(b::int) FROM t WHERE a >= 1000 AND "
			 "length(b) >= (a - 1000) % 97 + 1"),
	    "40000 799980000", "all as they were");
	buf_free(&b);

	(void)tap_ok(pg_copy_in(pg, "COPY t FROM STDIN", &e) == 0 &&
		pg_copy_end(pg, &rows, &e) == 0 && rows == 0,
	    "no rows");
	(void)tap_ok(pg_copy_in(pg, "COPY t FROM STDIN", &e) == 0 &&
		pg_copy_put(pg, "500\tx\n", 6, &e) == 0,
	    "a COPY that is given up");
	pg_copy_fail(pg, "given up");
	(void)tap_is(one("SELECT count(*) FROM t WHERE a = 500"), "0", "leaves nothing");
	(void)tap_ok(e.status == STATUS_OK, "and nothing failed");
	(void)tap_ok(pg_copy_in(pg, "COPY t FROM STDIN", &e) == 0 &&
		pg_copy_put(pg, "500\tx\n501\ty\nx1\tz\n", 17, &e) == 0 &&
		pg_copy_end(pg, &rows, &e) == -1 && e.status == STATUS_DATA &&
		strstr(e.msg, "line 3, column a") != NULL,
	    "a bad row is named");
	(void)tap_is(one("SELECT count(*) FROM t WHERE a IN (500, 501)"), "0",
	    "and those before it are gone");
}

/* Every character of the first planes through COPY and back. */
static void
test_copy_text(void)
{
	struct buf all = BUF_INIT(1 << 20), row = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	uint64_t rows = 0;
	const char *p;
	long n;
	int c, rc = 0;

	for (c = 1; c < CODES; c++) {
		char u[3];
		size_t k = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;

		u[0] = (char)(k == 1 ? c : k == 2 ? 0xc0 | c >> 6 : 0xe0 | c >> 12);
		u[1] = (char)(0x80 | (k == 2 ? c & 0x3f : c >> 6 & 0x3f));
		u[2] = (char)(0x80 | (c & 0x3f));
		rc |= buf_add(&all, u, k, &e);
	}
	rc |= buf_adds(&row, "900\t", &e) || pg_copy_text(&row, all.p, all.len, &e) ||
	    buf_adds(&row, "\n", &e);
	(void)tap_ok(rc == 0 && pg_copy_in(pg, "COPY t FROM STDIN", &e) == 0 &&
		pg_copy_put(pg, row.p, row.len, &e) == 0 && pg_copy_end(pg, &rows, &e) == 0 &&
		rows == 1,
	    "a row with every character up to U+2FFE");
	(void)tap_is(one("SELECT sum(ascii(c))::text FROM t, unnest(string_to_array(b, NULL)) c "
			 "WHERE a = 900"),
	    "75479041", "its characters' sum by the server");
	rc = pg_copy_out(pg, "COPY (SELECT a, b FROM t WHERE a = 900) TO STDOUT", &e);
	while (rc == 0 && (n = pg_copy_get(pg, &p, &e)) > 0)
		rc = buf_add(&out, p, (size_t)n, &e);
	/* The server also escapes \b, \f and \v; undone, the rest is ours. */
	for (c = 0; (size_t)c + 1 < out.len; c++)
		if (out.p[c] == '\\') {
			char x = out.p[c + 1];

			if (x == 'b' || x == 'f' || x == 'v') {
				out.p[c] = (char)(x == 'b' ? 8 : x == 'f' ? 12 : 11);
				memmove(out.p + c + 1, out.p + c + 2, out.len - (size_t)c - 2);
				out.len--;
			} else {
				c++;
			}
		}
	(void)tap_ok(rc == 0 && out.len == row.len && memcmp(out.p, row.p, row.len) == 0,
	    "and as it comes out of COPY");
	buf_free(&all);
	buf_free(&row);
	buf_free(&out);
}

static void
test_copy_out(void)
{
	struct err e = ERR_INIT;
	const char *p = NULL;
	long n, rows = 0;

	(void)tap_ok(pg_copy_out(pg, "COPY (SELECT generate_series(1, 3)) TO STDOUT", &e) == 0,
	    "COPY out starts");
	while ((n = pg_copy_get(pg, &p, &e)) > 0)
		rows += n == 2 && p[1] == '\n' && p[0] == '1' + (char)rows;
	(void)tap_ok(n == 0 && rows == 3, "a line at a time, and its end");
	(void)tap_ok(pg_copy_out(pg,
			 "COPY (SELECT 10 / (5 - x) FROM generate_series(1, 9) x) "
			 "TO STDOUT",
			 &e) == 0,
	    "one that fails on its way");
	for (rows = 0; (n = pg_copy_get(pg, &p, &e)) > 0; rows++)
		continue;
	(void)tap_ok(n == -1 && e.status == STATUS_DATA &&
		strstr(e.msg, "division by zero") != NULL,
	    "says so");
	(void)tap_is(one("SELECT 'usable'"), "usable", "the connection is usable");
}

/* End ${pg}'s server process from another connection. */
static void
cut(const char *pid)
{
	struct err e = ERR_INIT;
	struct pg *other = pg_connect(NULL, "aegis-cut", &e);
	const char *params[] = { pid };
	struct pg_result *r;

	r = other ? pg_query(other, "SELECT pg_terminate_backend($1::int, 10000)", params, 1, &e) :
		    NULL;
	(void)tap_ok(r != NULL && strcmp(pg_result_get(r, 0, 0), "t") == 0, "a cut connection");
	pg_result_free(r);
	pg_close(other);
}

static void
test_lost(void)
{
	struct err e1 = ERR_INIT, e2 = ERR_INIT, e3 = ERR_INIT, e = ERR_INIT;
	static const char row[] = "1\tx\n";
	char pid[32];
	uint64_t rows;
	int i, rc;

	(void)snprintf(pid, sizeof(pid), "%s", one("SELECT pg_backend_pid()"));
	cut(pid);
	(void)tap_ok(pg_exec(pg, "SELECT 1", &e1) == -1 && e1.status == STATUS_TEMPFAIL &&
		strstr(e1.msg, "lost") != NULL,
	    "is a temporary failure");
	pg_rollback(pg);
	pg_close(pg);

	pg = pg_connect(NULL, "aegis-live", &e);
	(void)pg_begin(pg, &e);
	(void)snprintf(pid, sizeof(pid), "%s", one("SELECT pg_backend_pid()"));
	cut(pid);
	(void)tap_ok(pg_commit(pg, &e2) == -1 && e2.status == STATUS_TEMPFAIL &&
		strstr(e2.msg, "it is not known whether") != NULL,
	    "at COMMIT nobody knows");
	pg_close(pg);

	pg = pg_connect(NULL, "aegis-live", &e);
	(void)snprintf(pid, sizeof(pid), "%s", one("SELECT pg_backend_pid()"));
	rc = pg_copy_in(pg, "COPY d FROM STDIN", &e);
	cut(pid);
	for (i = 0; rc == 0 && i < 100000; i++)
		rc = pg_copy_put(pg, row, sizeof(row) - 1, &e3);
	if (rc == 0)
		rc = pg_copy_end(pg, &rows, &e3);
	else
		pg_copy_fail(pg, "lost");
	(void)tap_ok(rc == -1 && e3.status == STATUS_TEMPFAIL, "in a COPY too");
	(void)tap_ok(e.status == STATUS_OK, "and nothing else failed");
	pg_close(pg);
}

/* A COPY that is counted: in blocks, with rows of others between, and one that loses rows. */
static void
test_copy_into(void)
{
	enum { MANY = 40000 };
	struct copy_into c;
	struct err e = ERR_INIT;
	int i, rc = 0;

	(void)pg_exec(pg, "CREATE TABLE counted (a int, b text)", &e);
	copy_into_init(&c, pg, COPY_TEXT);
	(void)pg_sqlf(pg, &c.sql, &e, "COPY counted FROM STDIN");
	(void)tap_ok(copy_into_end(&c, &e) == 0 && c.rows == 0, "no rows: no COPY %s", e.msg);
	for (i = 0; rc == 0 && i < MANY; i++)
		rc = buf_addf(&c.b, &e, "%d\tsome text\n", i) || copy_into_row(&c, &e);
	(void)tap_ok(rc == 0 && copy_into_put(&c, "1\tx\n2\ty\n", 8, 2, &e) == 0 &&
		copy_into_end(&c, &e) == 0 && c.rows == MANY + 2,
	    "blocks of rows, and some from elsewhere %s", e.msg);
	(void)tap_is(one("SELECT count(*) || ' ' || sum(a) FROM counted"), "40002 799980003",
	    "are in");
	copy_into_free(&c);
	(void)pg_exec(pg,
	    "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS"
	    " 'BEGIN IF NEW.a = 7 THEN RETURN NULL; END IF; RETURN NEW; END';"
	    "CREATE TRIGGER swallow BEFORE INSERT ON counted FOR EACH ROW EXECUTE FUNCTION swallow()",
	    &e);
	copy_into_init(&c, pg, COPY_TEXT);
	(void)pg_sqlf(pg, &c.sql, &e, "COPY counted FROM STDIN");
	(void)copy_into_put(&c, "6\tx\n7\ty\n", 8, 2, &e);
	(void)tap_ok(copy_into_end(&c, &e) != 0 && e.status == STATUS_DATA,
	    "a trigger that drops a row: %s", e.msg);
	copy_into_free(&c);
	copy_into_init(&c, pg, COPY_TEXT);
	memset(&e, 0, sizeof(e));
	(void)pg_sqlf(pg, &c.sql, &e, "COPY counted FROM STDIN");
	(void)copy_into_put(&c, "8\tx\n", 4, 1, &e);
	copy_into_fail(&c, "changed my mind");
	copy_into_free(&c);
	(void)tap_is(one("SELECT count(*) FROM counted WHERE a = 8 AND b = 'x'"), "0",
	    "one that is given up adds nothing");
}

/* Rows in the binary form, of every kind of field, straight and by way of a spool. */
static void
test_copy_row(void)
{
	static const char json[] = "{\"a\":\"\\\\ \\u00e9\"}", text[] = "tab\t, \\N, \xc3\xa9";
	static const unsigned char uuid[16] = { 0x12, 0x34, 0x56, 0x78, 0, 0, 0x40, 0, 0x80, 0, 0,
		0, 0, 0, 0, 0xff };
	enum { MANY = 20000 };
	struct copy_spool s;
	struct copy_into c;
	struct err e = ERR_INIT;
	int i, rc = 0;
	size_t at;

	(void)pg_exec(pg,
	    "CREATE TABLE rows (t text, u uuid, b bytea, i integer, n bigint, z boolean, j jsonb, w text)",
	    &e);
	copy_into_init(&c, pg, COPY_BINARY);
	copy_spool_init(&s, COPY_BINARY);
	(void)pg_sqlf(pg, &c.sql, &e, "COPY rows FROM STDIN WITH (FORMAT binary)");
	for (i = 0; rc == 0 && i < 2 * MANY; i++) {
		struct buf *b = i < MANY ? &c.b : &s.b;

		rc = copy_row(b, 8, &e) || copy_row_bytes(b, text, sizeof(text) - 1, &e) ||
		    copy_row_bytes(b, uuid, sizeof(uuid), &e) ||
		    copy_row_bytes(b, "\0\377", 2, &e) || copy_row_i32(b, i - MANY, &e) ||
		    copy_row_i64(b, INT64_MIN + i, &e) || copy_row_bool(b, i % 2, &e) ||
		    copy_row_jsonb(b, &at, &e) || buf_add(b, json, sizeof(json) - 1, &e);
		copy_row_end(b, at);
		rc = rc || copy_row_null(b, &e) ||
		    (i < MANY ? copy_into_row(&c, &e) : copy_spool_row(&s, &e));
	}
	(void)tap_ok(rc == 0 && copy_into_end(&c, &e) == 0 &&
		copy_spool_send(&s, pg, "COPY rows FROM STDIN WITH (FORMAT binary)", &e) == 0,
	    "rows in the binary form %s", e.msg);
	(void)tap_is(
	    one("SELECT count(*) || ' ' || sum(i) || ' ' || sum(n + 9223372036854775807) || ' '"
		" || count(*) FILTER (WHERE z) FROM rows"),
	    "40000 -20000 799940000 20000", "are in, with their numbers");
	(void)tap_is(
	    one("SELECT DISTINCT t || ' ' || u || ' ' || b::text || ' ' || j::text || coalesce(w, '-')"
		" FROM rows"),
	    "tab\t, \\N, \xc3\xa9 12345678-0000-4000-8000-0000000000ff \\x00ff {\"a\": \"\\\\ \xc3\xa9\"}-",
	    "and every byte");
	copy_into_free(&c);
	copy_spool_free(&s);
}

int
main(void)
{
	static struct server_report r;
	struct server_options o = { .fast = true, .chosen = true, .without = WITHOUT_ALL };
	char dir[] = "/tmp/aegis-live-XXXXXX";
	char var[64];
	struct err e = ERR_INIT;

	(void)unsetenv("PGHOST");
	(void)unsetenv("PGHOSTADDR");
	(void)unsetenv("PGSERVICE");
	(void)unsetenv("PGPORT");
	(void)unsetenv("PGDATABASE");
	if (mkdtemp(dir) == NULL || chmod(dir, 0755)) {
		(void)printf("Bail out! no directory\n");
		return (1);
	}
	(void)snprintf(var, sizeof(var), "%s/var", dir);
	(void)setenv("AEGIS_VAR", var, 1);
	if (server_start(&o, &r, &e) || (pg = pg_connect(NULL, "aegis-live", &e)) == NULL) {
		(void)printf("Bail out! %s\n", e.msg);
		(void)server_destroy(&r, NULL);
		return (1);
	}
	test_session();
	test_query();
	test_commit();
	test_copy_in();
	test_copy_text();
	test_copy_out();
	test_copy_into();
	test_copy_row();
	test_lost();
	(void)tap_ok(server_destroy(&r, &e) == 0, "the server goes");
	(void)tap_ok(rmdir(var) == 0 && rmdir(dir) == 0, "and leaves nothing");
	return (tap_end());
}
