/* What of past runs may go. */

#include "pipeline/expire.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/home.h"
#include "base/num.h"
#include "pg/pg.h"
#include "pipeline/rundir.h"

enum { EXPIRE_DAY = 86400 };

/* What went, or would. */
struct expire_count {
	uint64_t n, bytes;
};

struct expire {
	const struct expire_options *o;
	struct pg *pg;
	char **needed; /* UUIDs of runs, in order */
	size_t nneeded;
	time_t before;
};

/* The order of UUIDs. */
static int
expire_by_text(const void *a, const void *b)
{

	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* The time before which things may go, as the server reads it. */
static void
expire_before(const struct expire *x, char dst[32])
{

	(void)snprintf(dst, 32, "%lld", (long long)x->before);
}

/* Ask which runs are needed. */
static int
expire_needed(struct expire *x, struct err *e)
{
	char before[32], keep[24];
	const char *params[2] = { before, keep };
	struct pg_result *r;
	int i;

	expire_before(x, before);
	(void)snprintf(keep, sizeof(keep), "%llu", (unsigned long long)x->o->keep);
	if ((r = pg_query(x->pg,
		 "SELECT DISTINCT run::text FROM batch_runs_needed(to_timestamp($1::float8), $2) WHERE run IS NOT NULL ORDER BY 1",
		 params, 2, e)) == NULL)
		return (-1);
	x->needed = xcalloc((size_t)pg_result_rows(r) + 1, sizeof(*x->needed));
	for (i = 0; i < pg_result_rows(r); i++)
		x->needed[x->nneeded++] = xstrdup(pg_result_get(r, i, 0));
	qsort(x->needed, x->nneeded, sizeof(*x->needed), expire_by_text);
	pg_result_free(r);
	return (0);
}

/* Does anybody need the run? */
static bool
expire_is_needed(const struct expire *x, const char *run)
{

	return (bsearch(&run, x->needed, x->nneeded, sizeof(*x->needed), expire_by_text) != NULL);
}

/* Bytes of all files in a directory, and below. */
static uint64_t
expire_size(const char *path, int depth)
{
	char inner[PATH_MAX];
	struct dirent *d;
	struct stat st;
	uint64_t n = 0;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return (0);
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
		    snprintf(inner, sizeof(inner), "%s/%s", path, d->d_name) >=
			(int)sizeof(inner) ||
		    lstat(inner, &st) != 0)
			continue;
		n += S_ISDIR(st.st_mode) && depth > 0 ? expire_size(inner, depth - 1) :
							(uint64_t)st.st_size;
	}
	(void)closedir(dir);
	return (n);
}

/* Remove a file, unless this is a plan. */
static int
expire_file(const struct expire *x, const char *path, const struct stat *st, struct expire_count *c,
    struct err *e)
{

	c->n++;
	c->bytes += (uint64_t)st->st_size;
	if (!x->o->plan && unlink(path) != 0 && errno != ENOENT)
		return (err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", path));
	return (0);
}

/* What a run that died has left half done: a day is longer than any run. */
static int
expire_scratch(const struct expire *x, const char *dir, struct expire_count *c, struct err *e)
{
	char path[PATH_MAX];
	struct dirent *d;
	struct stat st;
	int rc = 0;
	DIR *h;

	if ((h = opendir(dir)) == NULL)
		return (0);
	while (rc == 0 && (d = readdir(h)) != NULL) {
		size_t n = strlen(d->d_name);

		if (((n < 7 || strcmp(d->d_name + n - 7, ".sealed") != 0) &&
			(n < 8 || strcmp(d->d_name + n - 8, ".partial") != 0)) ||
		    snprintf(path, sizeof(path), "%s/%s", dir, d->d_name) >= (int)sizeof(path) ||
		    lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
		    st.st_mtime > time(NULL) - EXPIRE_DAY)
			continue;
		rc = expire_file(x, path, &st, c, e);
	}
	(void)closedir(h);
	return (rc);
}

/* The directories of runs. */
static int
expire_runs(const struct expire *x, struct expire_count *dirs, struct expire_count *scratch,
    struct err *e)
{
	char runs[PATH_MAX], path[PATH_MAX], uuid[37];
	struct dirent *d;
	struct stat st;
	int rc = 0;
	DIR *h;

	if (home_var(runs, sizeof(runs), "runs", e))
		return (-1);
	if ((h = opendir(runs)) == NULL)
		return (errno == ENOENT ? 0 : err_sys(e, STATUS_IO, "cannot read '%s'", runs));
	while (rc == 0 && (d = readdir(h)) != NULL) {
		if (num_uuid(uuid, d->d_name) != 0 || strcmp(uuid, d->d_name) != 0 ||
		    snprintf(path, sizeof(path), "%s/%s", runs, uuid) >= (int)sizeof(path) ||
		    lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		if (st.st_mtime >= x->before || expire_is_needed(x, uuid)) {
			rc = expire_scratch(x, path, scratch, e);
			continue;
		}
		dirs->n++;
		dirs->bytes += expire_size(path, 16);
		rc = x->o->plan ? 0 : rundir_remove(path, e);
	}
	(void)closedir(h);
	return (rc);
}

/* Files that the inbox has moved, by the time at which it did; what is kept on purpose lies deeper. */
static int
expire_inbox(const struct expire *x, const char *sub, struct expire_count *c, struct err *e)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct dirent *d;
	struct stat st;
	int rc = 0;
	DIR *h;

	if (snprintf(dir, sizeof(dir), "%s/%s", x->o->inbox, sub) >= (int)sizeof(dir))
		return (err_set(e, STATUS_USAGE, "'%s' is too long", x->o->inbox));
	if ((h = opendir(dir)) == NULL)
		return (errno == ENOENT ? 0 : err_sys(e, STATUS_IO, "cannot read '%s'", dir));
	while (rc == 0 && (d = readdir(h)) != NULL)
		if (snprintf(path, sizeof(path), "%s/%s", dir, d->d_name) < (int)sizeof(path) &&
		    lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_ctime < x->before)
			rc = expire_file(x, path, &st, c, e);
	(void)closedir(h);
	return (rc);
}

/* A line of the report; ${bytes} where it has some. */
static void
expire_say(struct report *r, const char *what, uint64_t n, const uint64_t *bytes)
{

	report_row(r);
	report_text(r, "what", "", what);
	report_count(r, "number", "number", n);
	if (bytes != NULL)
		report_real(r, "mib", "size", (double)*bytes / (1 << 20), 1, "MiB");
	report_close(r);
}

/* The rows in the database. */
static int
expire_rows(const struct expire *x, struct report *r, struct err *e)
{
	char before[32], keep[24];
	const char *params[3] = { before, keep, x->o->plan ? "t" : "f" };
	struct pg_result *rows;
	int i;

	expire_before(x, before);
	(void)snprintf(keep, sizeof(keep), "%llu", (unsigned long long)x->o->keep);
	if ((rows = pg_query(x->pg,
		 "SELECT what, n FROM batch_expire(to_timestamp($1::float8), $2, $3)", params, 3,
		 e)) == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(rows); i++) {
		char what[80];

		(void)snprintf(what, sizeof(what), "rows of %.60s", pg_result_get(rows, i, 0));
		expire_say(r, what, pg_result_u64(rows, i, 1), NULL);
	}
	pg_result_free(rows);
	return (0);
}

int
expire_run(const struct expire_options *o, struct report *r, struct err *e)
{
	struct expire x = { .o = o };
	struct expire_count dirs = { 0, 0 }, scratch = { 0, 0 }, done = { 0, 0 }, failed = { 0, 0 };
	size_t i;
	int rc;

	x.before = time(NULL) - (time_t)(o->days * EXPIRE_DAY);
	report_title(r, "%s before %llu days ago",
	    o->plan ? "would go: what is from" : "gone: what was from",
	    (unsigned long long)o->days);
	rc = (x.pg = pg_connect(NULL, "aegis-expire", e)) == NULL || expire_needed(&x, e) ||
	    expire_runs(&x, &dirs, &scratch, e) ||
	    (o->inbox != NULL &&
		(expire_inbox(&x, "done", &done, e) || expire_inbox(&x, "failed", &failed, e)));
	report_table(r, NULL);
	if (rc == 0) {
		expire_say(r, "directories of runs", dirs.n, &dirs.bytes);
		expire_say(r, "files left half done", scratch.n, &scratch.bytes);
		if (o->inbox != NULL) {
			expire_say(r, "files in the inbox's done", done.n, &done.bytes);
			expire_say(r, "files in the inbox's failed", failed.n, &failed.bytes);
		}
		rc = expire_rows(&x, r, e);
	}
	report_close(r);
	for (i = 0; i < x.nneeded; i++)
		free(x.needed[i]);
	free(x.needed);
	pg_close(x.pg);
	return (rc);
}
