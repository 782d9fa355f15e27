/* schema-apply: the files of sql/, in order, each once. */

#include "pg/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/notice.h"
#include "base/os.h"
#include "pg/script.h"
#include "pg/settings.h"

enum {
	SCHEMA_FILE_MAX = 16 << 20,
	SCHEMA_NAME_MAX = 128,
	SCHEMA_LOCK_MS = 300,       /* that a statement waits for a lock, */
	SCHEMA_PAUSE_MS = 200,      /* and the pause before it is tried again, which grows */
	SCHEMA_PAUSE_MAX_MS = 2000, /* up to this */
};

struct schema_file {
	char name[SCHEMA_NAME_MAX + 1];
	char sha256[DIGEST_SHA256_HEX + 1];
	char table[64]; /* of one of AEGIS's: tells that AEGIS has made it; or "" */
	struct buf was; /* former texts' SHA-256, a blank before each */
	struct buf text;
	bool aegis, online;
	bool applied, recorded;
};

struct schema {
	struct schema_file *files;
	size_t n, cap;
	bool adopted; /* the database is AEGIS's own */
};

/* The lock's number is the word AEGISSQL.  Two at once: one waits a while. */
static const char schema_lock[] =
    "SET lock_timeout TO '60s'; SELECT pg_advisory_lock(x'414547495353514C'::bigint); "
    "CREATE TABLE IF NOT EXISTS batch_schema_files ("
    " name varchar(128) PRIMARY KEY,"
    " sha256 char(64) NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now());"
    " ALTER TABLE batch_schema_files ADD COLUMN IF NOT EXISTS adopted boolean NOT NULL DEFAULT false";

static const char schema_unlock[] = "SELECT pg_advisory_unlock(x'414547495353514C'::bigint)";

/* Free the list of files with their texts, but not ${s} itself. */
static void
schema_free(struct schema *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		buf_free(&s->files[i].was), buf_free(&s->files[i].text);
	free(s->files);
}

/* A plain name, or one in a directory below: no way out of the directory. */
static bool
schema_name(const char *name)
{

	return (strlen(name) <= SCHEMA_NAME_MAX && name[0] != '/' && name[0] != '.' &&
	    strstr(name, "/.") == NULL && strstr(name, "//") == NULL);
}

/* What stands behind the name of a file. */
static int
schema_words(struct schema_file *f, char *words, struct err *e)
{
	char *save, *w;

	f->was.max = 1 << 16;
	for (w = strtok_r(words, " \t", &save); w != NULL; w = strtok_r(NULL, " \t", &save)) {
		bool was = strncmp(w, "was:", 4) == 0 && strlen(w + 4) == DIGEST_SHA256_HEX &&
		    strspn(w + 4, "0123456789abcdef") == DIGEST_SHA256_HEX;
		bool table = strncmp(w, "aegis:", 6) == 0 && strlen(w + 6) < sizeof(f->table);

		if (!was && !table && strcmp(w, "aegis") != 0 && strcmp(w, "online") != 0)
			return (err_set(e, STATUS_CONFIG,
			    "a file's name is followed by aegis, aegis:TABLE, online or "
			    "was:SHA256, not '%s'",
			    w));
		if (was && buf_addf(&f->was, e, " %s", w + 4))
			return (-1);
		if (table)
			(void)snprintf(f->table, sizeof(f->table), "%s", w + 6);
		f->aegis = f->aegis || table || strcmp(w, "aegis") == 0;
		f->online = f->online || strcmp(w, "online") == 0;
	}
	return (0);
}

/* Read one file of the order. */
static int
schema_read(struct schema *s, const char *dir, char *line, struct err *e)
{
	const char *name = line;
	char *words = line + strcspn(line, " \t");
	struct digest_sha256 *sha;
	struct schema_file *f;
	struct err why = ERR_INIT;
	char path[4096];
	size_t i;

	if (*words != '\0')
		*words++ = '\0';
	if (!schema_name(name))
		return (err_set(e, STATUS_CONFIG, "'%s' is not the name of a file", name));
	for (i = 0; i < s->n; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return (err_set(e, STATUS_CONFIG, "'%s' is listed twice", name));
	if (s->n == s->cap)
		s->files = xgrow(s->files, &s->cap, sizeof(*s->files));
	f = &s->files[s->n++];
	memset(f, 0, sizeof(*f));
	memcpy(f->name, name, strlen(name) + 1);
	f->text.max = SCHEMA_FILE_MAX;
	if (schema_words(f, words, e))
		return (-1);
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return (err_set(e, STATUS_CONFIG, "the path of '%s' is too long", name));
	if (io_slurp(path, &f->text, &why) || buf_str(&f->text, &why) == NULL)
		return (err_set(e, STATUS_CONFIG, "%s", why.msg));
	if (memchr(f->text.p, '\0', f->text.len) != NULL)
		return (err_set(e, STATUS_CONFIG, "'%s' has a NUL in it", path));
	sha = digest_sha256_new();
	digest_sha256_update(sha, f->text.p, f->text.len);
	digest_sha256_final(sha, f->sha256);
	return (0);
}

/* Read ORDER and all that it names. */
static int
schema_load(struct schema *s, const char *dir, struct err *e)
{
	struct buf order = BUF_INIT(1 << 20);
	struct err why = ERR_INIT;
	char path[4096], *line, *next;
	int rc = 0, number = 1;

	if (snprintf(path, sizeof(path), "%s/ORDER", dir) >= (int)sizeof(path))
		return (err_set(e, STATUS_CONFIG, "the path '%s' is too long", dir));
	if (io_slurp(path, &order, &why) || (line = buf_str(&order, &why)) == NULL) {
		buf_free(&order);
		return (err_set(e, STATUS_CONFIG, "%s", why.msg));
	}
	for (; rc == 0 && line != NULL; line = next, number++) {
		size_t n;

		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t\r");
		n = strlen(line);
		while (n > 0 && strchr(" \t\r", line[n - 1]) != NULL)
			line[--n] = '\0';
		if (n > 0 && (rc = schema_read(s, dir, line, e)) != 0)
			(void)err_prefix(e, "%s:%d", path, number);
	}
	buf_free(&order);
	return (rc);
}

/* Mark what the database has; refuse what has been edited since. */
static int
schema_compare(struct schema *s, struct pg *pg, struct err *e)
{
	struct pg_result *res;
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < s->n; i++) {
		struct schema_file *f = &s->files[i];
		const char *params[] = { f->name };
		const char *was;
		bool former, adopted;

		if ((res = pg_query(pg,
			 "SELECT sha256, adopted FROM batch_schema_files WHERE name = $1", params,
			 1, e)) == NULL)
			return (-1);
		if (pg_result_rows(res) > 0 && (was = pg_result_get(res, 0, 0)) != NULL) {
			former = f->was.len > 0 && strstr(f->was.p, was) != NULL;
			adopted = pg_result_bool(res, 0, 1);
			f->recorded = true;
			f->applied = adopted || strcmp(was, f->sha256) == 0;
			s->adopted = s->adopted || adopted;
			if (!f->applied && !former) {
				rc = err_set(e, STATUS_DATA,
				    "'%s' was applied with sha256 %s "
				    "and has been edited since (now %s): nothing is applied",
				    f->name, was, f->sha256);
				(void)err_hint(e,
				    "restore it, and put the change into a new "
				    "file at the end of ORDER");
			}
		}
		pg_result_free(res);
	}
	return (rc);
}

/* Whether AEGIS has made the database: one of its tables is there, and no file of its on record. */
static int
schema_adopts(struct schema *s, struct pg *pg, struct err *e)
{
	bool there = false;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->files[i].aegis && s->files[i].recorded)
			return (0);
	for (i = 0; !there && i < s->n; i++)
		if (s->files[i].table[0] != '\0' &&
		    pg_boolf(pg, &there, e,
			"SELECT to_regclass('public.' || quote_ident(%L)) IS NOT NULL",
			s->files[i].table))
			return (-1);
	s->adopted = s->adopted || there;
	return (0);
}

/* Put the file on record. */
static int
schema_record(struct pg *pg, const struct schema_file *f, bool adopted, struct err *e)
{

	return (pg_execf(pg, NULL, e,
	    "INSERT INTO public.batch_schema_files (name, sha256, adopted) VALUES (%L, %L, %s)"
	    " ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, applied_at = now(),"
	    " adopted = EXCLUDED.adopted",
	    f->name, f->sha256, adopted ? "true" : "false"));
}

/* Apply a file and put it on record, in a transaction of its own. */
static int
schema_whole(struct pg *pg, const struct schema_file *f, struct err *e)
{

	if (pg_begin(pg, e))
		return (-1);
	if (pg_exec(pg, "SET LOCAL search_path TO public", e) || pg_exec(pg, f->text.p, e) ||
	    schema_record(pg, f, false, e)) {
		pg_rollback(pg);
		return (-1);
	}
	return (pg_commit(pg, e));
}

/* What is tried until it gets its locks: a file, or one statement. */
struct schema_try {
	const struct schema_file *f;
	const char *sql; /* NULL: the whole file */
};

/*
 * Try, for as long as a lock may be waited for: a statement that waits makes all others wait
 * behind it, and so none waits long.  CONCURRENTLY makes nobody wait.
 */
static int
schema_patiently(struct pg *pg, const struct schema_try *t, struct err *e)
{
	bool concurrently = t->sql != NULL && strstr(t->sql, " CONCURRENTLY ") != NULL;
	uint64_t end = os_now_ns() + pg_lock_wait * 1000000000, pause = SCHEMA_PAUSE_MS;
	struct err why;
	int rc;

	for (;;) {
		why = (struct err)ERR_INIT;
		rc = pg_lock_limit(pg, concurrently ? 0 : SCHEMA_LOCK_MS, &why) ||
		    (t->sql != NULL ? pg_exec(pg, t->sql, &why) : schema_whole(pg, t->f, &why));
		if (rc == 0 || why.status != STATUS_TEMPFAIL ||
		    strcmp(pg_error_state(pg), "55P03") != 0 ||
		    (pg_lock_wait > 0 && os_now_ns() > end))
			break;
		os_sleep_ms(pause);
		pause = pause * 2 > SCHEMA_PAUSE_MAX_MS ? SCHEMA_PAUSE_MAX_MS : pause * 2;
	}
	if (rc == 0)
		return (0);
	/* A statement that the server refuses is a fault of the file. */
	(void)err_set(e, why.status == STATUS_BUG ? STATUS_CONFIG : why.status, "%s: %s",
	    t->f->name, why.msg);
	if (why.hint[0] != '\0')
		(void)err_hint(e, "%s", why.hint);
	return (-1);
}

/* A statement whose answers are statements. */
static int
schema_answers(struct pg *pg, struct schema_try *t, struct err *e)
{
	struct pg_result *r = pg_query(pg, t->sql, NULL, 0, e);
	int row, rc = r == NULL;

	for (row = 0; rc == 0 && row < pg_result_rows(r); row++) {
		t->sql = pg_result_get(r, row, 0);
		rc = schema_patiently(pg, t, e);
	}
	pg_result_free(r);
	return (rc);
}

/* Apply an online file: statement by statement, each by itself, then its record. */
static int
schema_online(struct pg *pg, const struct schema_file *f, struct err *e)
{
	char *text = xstrdup(f->text.p), *p = text;
	struct script_statement s;
	int rc = 0;

	while (rc == 0 && (p = script_next(p, &s)) != NULL) {
		struct schema_try t = { f, s.sql };

		rc = s.gexec ? schema_answers(pg, &t, e) : schema_patiently(pg, &t, e);
	}
	free(text);
	return (rc || schema_record(pg, f, false, e));
}

/* What is to be done with a file. */
static enum schema_did
schema_due(const struct schema *s, const struct schema_file *f)
{

	if (f->applied)
		return (SCHEMA_UNCHANGED);
	return (f->aegis && s->adopted ? SCHEMA_ADOPTED : SCHEMA_APPLIED);
}

/* Apply a file, or adopt it, where the database does not have it. */
static int
schema_one(struct schema *s, struct pg *pg, struct schema_file *f, enum schema_did *did,
    struct err *e)
{
	struct schema_try whole = { f, NULL };

	*did = schema_due(s, f);
	if (*did == SCHEMA_UNCHANGED)
		return (0);
	if (*did == SCHEMA_ADOPTED)
		return (schema_record(pg, f, true, e));
	return (f->online ? schema_online(pg, f, e) : schema_patiently(pg, &whole, e));
}

static const char schema_ground[] =
#include "queries/ground_plan.inc"
    ;

/* Find the file that is to be applied again. */
static int
schema_again(struct schema *s, const char *again, struct err *e)
{
	size_t i;

	for (i = 0; again != NULL && i < s->n; i++)
		if (strcmp(s->files[i].name, again) == 0) {
			if (s->files[i].aegis)
				return (err_set(e, STATUS_USAGE,
				    "'%s' is AEGIS's: only files from 100 on are applied again",
				    again));
			s->files[i].applied = false;
			return (0);
		}
	return (again == NULL ? 0 : err_set(e, STATUS_USAGE, "ORDER has no file '%s'", again));
}

/* Apply all of them, under the lock. */
static int
schema_run(struct schema *s, struct pg *pg, const char *without, schema_tell *tell, void *cookie,
    struct err *e)
{
	enum schema_did did;
	size_t i;

	/* The files ask the session; the table comes with one of them. */
	if (settings_without_session(pg, without, e))
		return (-1);
	for (i = 0; i < s->n; i++) {
		if (schema_one(s, pg, &s->files[i], &did, e))
			return (-1);
		tell(cookie, s->files[i].name, did);
	}
	return (settings_without_keep(pg, without, e));
}

int
schema_apply(struct pg *pg, const char *dir, const char *without, const char *again,
    schema_tell *tell, void *cookie, struct err *e)
{
	struct schema s = { NULL, 0, 0, false };
	int rc = -1;

	pg_warnings(pg);
	if (schema_load(&s, dir, e) || pg_own_session(pg, "schema-apply", e) ||
	    pg_exec(pg, schema_lock, e))
		goto done;
	rc = schema_compare(&s, pg, e) || schema_adopts(&s, pg, e) || schema_again(&s, again, e) ||
	    schema_run(&s, pg, without, tell, cookie, e);
	/* After an error that is told already, these are of no interest. */
	if (pg_exec(pg, schema_unlock, rc ? NULL : e) ||
	    pg_lock_limit(pg, pg_lock_wait * 1000, rc ? NULL : e))
		rc = -1;
done:
	schema_free(&s);
	return (rc);
}

/* Of tables that are made anew, how much they are. */
static int
schema_plan_ground(struct pg *pg, struct err *e)
{
	struct pg_result *r = pg_query(pg, schema_ground, NULL, 0, e);
	int row;

	if (r == NULL)
		return (-1);
	for (row = 0; row < pg_result_rows(r); row++)
		notice_say("%s", pg_result_get(r, row, 0));
	pg_result_free(r);
	return (0);
}

int
schema_plan(struct pg *pg, const char *dir, const char *again, schema_tell *tell, void *cookie,
    struct err *e)
{
	struct schema s = { NULL, 0, 0, false };
	bool there, some = false;
	size_t i;
	int rc;

	rc = schema_load(&s, dir, e) ||
	    pg_boolf(pg, &there, e,
		"SELECT to_regclass('public.batch_schema_files') IS NOT NULL") ||
	    (there && schema_compare(&s, pg, e)) || schema_adopts(&s, pg, e) ||
	    schema_again(&s, again, e);
	for (i = 0; rc == 0 && i < s.n; i++) {
		some = some || !s.files[i].applied;
		tell(cookie, s.files[i].name, schema_due(&s, &s.files[i]));
	}
	rc = rc || (some && schema_plan_ground(pg, e));
	schema_free(&s);
	return (rc);
}
