/* schema-apply: the files of sql/, in order, each once. */

#include "pg/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "pg/without.h"

enum { SCHEMA_FILE_MAX = 16 << 20, SCHEMA_NAME_MAX = 128 };

struct schema_file {
	char name[SCHEMA_NAME_MAX + 1];
	char sha256[DIGEST_SHA256_HEX + 1];
	struct buf was; /* former texts' SHA-256, a blank before each */
	struct buf text;
	bool applied;
};

struct schema {
	struct schema_file *files;
	size_t n, cap;
};

/* The lock's number is the word AEGISSQL.  Two at once: one waits a while. */
static const char schema_lock[] =
    "SET lock_timeout TO '60s'; SELECT pg_advisory_lock(x'414547495353514C'::bigint); "
    "CREATE TABLE IF NOT EXISTS batch_schema_files ("
    " name varchar(128) PRIMARY KEY,"
    " sha256 char(64) NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now())";

static const char schema_unlock[] =
    "RESET lock_timeout; SELECT pg_advisory_unlock(x'414547495353514C'::bigint)";

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
		if (strncmp(w, "was:", 4) != 0 || strlen(w + 4) != DIGEST_SHA256_HEX ||
		    strspn(w + 4, "0123456789abcdef") != DIGEST_SHA256_HEX)
			return (err_set(e, STATUS_CONFIG,
			    "a file's name is followed by was:SHA256, not '%s'", w));
		if (buf_addf(&f->was, e, " %s", w + 4))
			return (-1);
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

		if ((res = pg_query(pg, "SELECT sha256 FROM batch_schema_files WHERE name = $1",
			 params, 1, e)) == NULL)
			return (-1);
		if (pg_result_rows(res) > 0 && (was = pg_result_get(res, 0, 0)) != NULL) {
			bool former = f->was.len > 0 && strstr(f->was.p, was) != NULL;

			f->applied = strcmp(was, f->sha256) == 0;
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

/* Apply one file and record its SHA-256, in a transaction of its own. */
static int
schema_one(struct pg *pg, const struct schema_file *f, struct err *e)
{
	const char *params[] = { f->name, f->sha256 };
	struct pg_result *res;
	struct err why = ERR_INIT;

	if (pg_begin(pg, e))
		return (-1);
	if (pg_exec(pg, "SET LOCAL search_path TO public", &why) || pg_exec(pg, f->text.p, &why) ||
	    (res = pg_query(pg,
		 "INSERT INTO batch_schema_files (name, sha256) VALUES ($1, $2)"
		 " ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, applied_at = now()",
		 params, 2, &why)) == NULL) {
		/* A statement that the server refuses is a fault of the file. */
		(void)err_set(e, why.status == STATUS_BUG ? STATUS_CONFIG : why.status, "%s: %s",
		    f->name, why.msg);
		if (why.hint[0] != '\0')
			(void)err_hint(e, "%s", why.hint);
		pg_rollback(pg);
		return (-1);
	}
	pg_result_free(res);
	return (pg_commit(pg, e));
}

/* Whether the database says so already, for every session. */
static int
schema_says(struct pg *pg, const char *text, bool *says, struct err *e)
{
	const char *params[] = { text };
	struct pg_result *r;

	if ((r = pg_query(pg,
		 "SELECT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
		 " WHERE datname = current_database() AND setrole = 0"
		 " AND 'aegis.without=' || $1 = ANY (setconfig))",
		 params, 1, e)) == NULL)
		return (-1);
	*says = pg_result_bool(r, 0, 0);
	pg_result_free(r);
	return (0);
}

int
schema_without(struct pg *pg, const char *text, struct err *e)
{
	const char *params[1];
	struct pg_result *res;
	unsigned int set;
	bool says;

	if (without_parse(text, &set, e))
		return (-1);
	params[0] = without_text(set);
	if ((res = pg_query(pg, "SELECT set_config('aegis.without', $1, false)", params, 1, e)) ==
	    NULL)
		return (-1);
	pg_result_free(res);
	if (schema_says(pg, params[0], &says, e))
		return (-1);
	if (says ||
	    pg_exec(pg,
		"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET aegis.without = %L',"
		" current_database(), current_setting('aegis.without')); END $$",
		e) == 0)
		return (0);
	if (e->status == STATUS_NOPERM)
		(void)err_advise(e,
		    "a superuser sets it once: ALTER DATABASE ... SET aegis.without = '%s'",
		    params[0]);
	return (-1);
}

int
schema_apply(struct pg *pg, const char *dir, schema_tell *tell, void *cookie, struct err *e)
{
	struct schema s = { NULL, 0, 0 };
	int rc = -1;
	size_t i;

	if (schema_load(&s, dir, e))
		goto done;
	if (pg_exec(pg, schema_lock, e))
		goto done;
	rc = schema_compare(&s, pg, e);
	for (i = 0; rc == 0 && i < s.n; i++) {
		if (!s.files[i].applied)
			rc = schema_one(pg, &s.files[i], e);
		if (rc == 0)
			tell(cookie, s.files[i].name, !s.files[i].applied);
	}
	/* After an error that is told already, this one is of no interest. */
	if (pg_exec(pg, schema_unlock, rc ? NULL : e))
		rc = -1;
done:
	schema_free(&s);
	return (rc);
}
