/* A key that is not there. */

#include "trace/absent.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "stream/reject_read.h"

enum { ABSENT_EXAMPLES = 10 };

/* What the reject files say. */
struct absent {
	uint64_t found, unnamed; /* records with the key; with a key that could not be told */
	uint64_t missing;        /* files that are not there any more */
};

static const char absent_sql[] =
#include "queries/trace_rejects.inc"
    ;

/* Look into the reject file of one stage; ${found} counts its records. */
static int
absent_file(const struct trace_options *o, const char *path, const char *const *keys, size_t n,
    struct report *r, struct absent *a, struct err *e)
{
	const struct reject_options ro = { .examples = ABSENT_EXAMPLES,
		.persons = o->persons,
		.keys = keys,
		.nkeys = n,
		.silent = true };
	struct reject_found f = { 0, 0 };
	struct err why = ERR_INIT;

	if (reject_read_count(path, &ro, r, &f, &why)) {
		if (why.status != STATUS_DATA && why.status != STATUS_NOPERM)
			return (err_set(e, why.status, "%s", why.msg));
		report_finding(r, "%s", why.msg);
	}
	a->found += f.records;
	a->unnamed += f.unnamed;
	return (0);
}

/* What the last load of a dataset says. */
static int
absent_row(const struct trace_options *o, const struct pg_result *p, int i, const char *const *keys,
    size_t n, struct report *r, struct absent *a, struct err *e)
{
	const char *file = pg_result_get(p, i, 3);
	struct stat st;

	if (file == NULL)
		return (0);
	if (stat(file, &st) == 0)
		return (absent_file(o, file, keys, n, r, a, e));
	a->missing++;
	report_line(r, "The reject file of %s, '%s', is not there any more.",
	    pg_result_get(p, i, 1), file);
	return (0);
}

/* The loads that did not bring it. */
static void
absent_loads(const struct pg_result *p, struct report *r)
{
	const char *last = "";
	int i;

	report_title(r, "Datasets that have not said it");
	report_table(r, "datasets");
	for (i = 0; i < pg_result_rows(p); i++) {
		if (strcmp(last, pg_result_get(p, i, 1)) == 0)
			continue;
		last = pg_result_get(p, i, 1);
		report_row(r);
		report_text(r, "type", "type", pg_result_get(p, i, 0));
		report_text(r, "dataset", "dataset", last);
		report_text(r, "loaded", "last load", pg_result_get(p, i, 6));
		report_text(r, "source", NULL, pg_result_get(p, i, 4));
		report_close(r);
	}
	report_close(r);
}

int
absent_run(struct pg *pg, const struct trace_options *o, const char *const *keys, size_t n,
    struct report *r, struct err *e)
{
	const char *params[] = { o->tenant, o->type };
	struct pg_result *p = pg_query(pg, absent_sql, params, 2, e);
	struct absent a = { 0, 0, 0 };
	int i, rc = p == NULL;

	if (rc)
		return (-1);
	report_list(r, "rejects");
	for (i = 0; rc == 0 && i < pg_result_rows(p); i++)
		rc = absent_row(o, p, i, keys, n, r, &a, e);
	report_close(r);
	if (rc == 0 && a.found == 0) {
		report_line(r,
		    "No dataset has ever said '%s', and the last load of none has rejected it%s.",
		    o->key, a.missing > 0 ? ", as far as reject files are there" : "");
		if (a.unnamed > 0)
			report_line(r,
			    "%llu records were rejected whose key could not be told: aegis rejects "
			    "shows them.",
			    (unsigned long long)a.unnamed);
		absent_loads(p, r);
	}
	pg_result_free(p);
	return (rc);
}
