/* What lib/pg/pg.c does without a server. */
#include <stdlib.h>
#include <string.h>

#include "../../tap.h"
#include "pg/pg.h"
#include "pg/sqlstate.h"

/* PostgreSQL manual, appendix A: codes and their condition names. */
static const struct {
	const char *state, *name;
	enum status want;
} states[] = {
	{ "08006", "connection_failure", STATUS_TEMPFAIL },
	{ "08P01", "protocol_violation", STATUS_TEMPFAIL },
	{ "22001", "string_data_right_truncation", STATUS_DATA },
	{ "22P02", "invalid_text_representation", STATUS_DATA },
	{ "22P04", "bad_copy_file_format", STATUS_DATA },
	{ "23502", "not_null_violation", STATUS_DATA },
	{ "23503", "foreign_key_violation", STATUS_DATA },
	{ "23505", "unique_violation", STATUS_DATA },
	{ "23514", "check_violation", STATUS_DATA },
	{ "0A000", "feature_not_supported", STATUS_CONFIG },
	{ "25006", "read_only_sql_transaction", STATUS_NOPERM },
	{ "25P04", "transaction_timeout", STATUS_TEMPFAIL },
	{ "28P01", "invalid_password", STATUS_NOPERM },
	{ "28000", "invalid_authorization_specification", STATUS_NOPERM },
	{ "3D000", "invalid_catalog_name", STATUS_NODB },
	{ "42883", "undefined_function", STATUS_CONFIG },
	{ "53200", "out_of_memory", STATUS_TEMPFAIL },
	{ "55006", "object_in_use", STATUS_TEMPFAIL },
	{ "F0000", "config_file_error", STATUS_CONFIG },
	{ "25P02", "in_failed_sql_transaction", STATUS_BUG },
	{ "25P03", "idle_in_transaction_session_timeout", STATUS_TEMPFAIL },
	{ "3F000", "invalid_schema_name", STATUS_CONFIG },
	{ "40001", "serialization_failure", STATUS_TEMPFAIL },
	{ "40P01", "deadlock_detected", STATUS_TEMPFAIL },
	{ "42501", "insufficient_privilege", STATUS_NOPERM },
	{ "42601", "syntax_error", STATUS_BUG },
	{ "42703", "undefined_column", STATUS_CONFIG },
	{ "42704", "undefined_object", STATUS_CONFIG },
	{ "42P01", "undefined_table", STATUS_CONFIG },
	{ "42P02", "undefined_parameter", STATUS_BUG },
	{ "53100", "disk_full", STATUS_IO },
	{ "53300", "too_many_connections", STATUS_TEMPFAIL },
	{ "55P03", "lock_not_available", STATUS_TEMPFAIL },
	{ "55000", "object_not_in_prerequisite_state", STATUS_BUG },
	{ "57014", "query_canceled", STATUS_TEMPFAIL },
	{ "57P01", "admin_shutdown", STATUS_TEMPFAIL },
	{ "57P02", "crash_shutdown", STATUS_TEMPFAIL },
	{ "57P03", "cannot_connect_now", STATUS_TEMPFAIL },
	{ "58030", "io_error", STATUS_IO },
	{ "P0001", "raise_exception", STATUS_DATA },
	{ "XX000", "internal_error", STATUS_IO },
};

/* Manual, COPY, "Text Format". */
static const struct {
	const char *in;
	size_t len;
	const char *want;
} texts[] = {
	{ "", 0, "" },
	{ "plain", 5, "plain" },
	{ "a\tb", 3, "a\\tb" },
	{ "a\nb", 3, "a\\nb" },
	{ "a\rb", 3, "a\\rb" },
	{ "a\\b", 3, "a\\\\b" },
	{ "\\N", 2, "\\\\N" },
	{ "\\.", 2, "\\\\." },
	{ "\t\n\r\\", 4, "\\t\\n\\r\\\\" },
	{ "caf\xc3\xa9,\"x\"", 9, "caf\xc3\xa9,\"x\"" },
	{ "x\ty cut here", 3, "x\\ty" },
};

static void
test_states(void)
{
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		(void)tap_ok(sqlstate_status(states[i].state) == states[i].want, "%s %s is %d",
		    states[i].state, states[i].name, (int)states[i].want);
	(void)tap_ok(sqlstate_status(NULL) == STATUS_BUG, "no code");
	(void)tap_ok(sqlstate_status("08") == STATUS_BUG, "a short code");
	(void)tap_ok(sqlstate_status("230055") == STATUS_BUG, "a long code");
}

static void
test_texts(void)
{
	struct err e = ERR_INIT;
	struct buf small = BUF_INIT(128);
	char fill[127];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf b = BUF_INIT(64);

		(void)tap_ok(pg_copy_text(&b, texts[i].in, texts[i].len, &e) == 0, "text %zu", i);
		(void)tap_is(b.p ? buf_str(&b, &e) : "", texts[i].want, "its COPY form");
		buf_free(&b);
	}
	memset(fill, 'x', sizeof(fill));
	fill[9] = '\t';
	(void)tap_ok(pg_copy_text(&small, fill, sizeof(fill), &e) == 0 && small.len == 128,
	    "a buffer is filled to its maximum");
	(void)tap_ok(pg_copy_text(&small, "x", 1, &e) == -1 && e.status == STATUS_DATA,
	    "and not beyond");
	buf_free(&small);
}

/* Each of these fails before or while connecting; none may show the password. */
static void
test_connect(void)
{
	static const char *const infos[] = {
		"host=/nonexistent user=u password=hunter2 dbname=d",
		"host=/nonexistent user=u password='hunter2",
		"host=/nonexistent user=u password = hunter2 hunter2 dbname=d",
		"postgresql://u:hunter2@[::1/d",
		"postgresql://u:x@hunter2@/d",
		"postgresql://u:a@hunter2@nowhere.invalid/d",
		"postgresql://u:hunter2@%2Fnonexistent/d",
		"postgresql://u@%2Fnonexistent/d?password=hunter2",
		"postgresql://u@%2Fnonexistent/d?passwd=hunter2",
		"host=/nonexistent/hunter2 password=hunter2",
	};
	size_t i;

	for (i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		struct err e = ERR_INIT;

		(void)tap_ok(pg_connect(infos[i], "test", &e) == NULL && e.status == STATUS_NODB,
		    "no connection %zu: no database", i);
		if (!tap_ok(strstr(e.msg, "hunter2") == NULL && strstr(e.hint, "hunter2") == NULL &&
			    strchr(e.msg, '\n') == NULL,
			"one line, and no password in it"))
			(void)printf("# %s\n", e.msg);
	}
}

static void
test_default(void)
{
	struct err e = ERR_INIT, e2 = ERR_INIT;

	(void)unsetenv("PGHOSTADDR");
	(void)unsetenv("PGSERVICE");
	(void)unsetenv("PGPORT");
	(void)unsetenv("PGDATABASE");
	(void)unsetenv("PGHOST");
	(void)setenv("AEGIS_VAR", "/nonexistent/var", 1);
	(void)tap_ok(pg_connect(NULL, "test", &e) == NULL && e.status == STATUS_NODB &&
		strstr(e.msg, "'/nonexistent/var/db'") != NULL &&
		strstr(e.hint, "aegis db start") != NULL,
	    "without PG*: the private database");
	(void)setenv("PGHOST", "/nonexistent/server", 1);
	(void)tap_ok(pg_connect(NULL, "test", &e2) == NULL && e2.status == STATUS_NODB &&
		strstr(e2.msg, "/nonexistent/server") != NULL &&
		strstr(e2.hint, "PGHOST") != NULL && strstr(e2.hint, "aegis db start") == NULL,
	    "with PGHOST: that server");
}

int
main(void)
{

	test_states();
	test_texts();
	test_connect();
	test_default();
	return (tap_end());
}
