/* Metrics of runs, for Prometheus. */

#include "pipeline/metrics.h"

#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json.h"
#include "base/outfile.h"
#include "pg/pg.h"

static const char metrics_sql[] =
#include "queries/metrics.inc"
    ;

/* What each is, in the order in which the query has them. */
static const struct {
	const char *name, *help;
} metrics_help[] = {
	{ "aegis_archive_age_seconds", "Seconds since the step last sealed its audit archive." },
	{ "aegis_load_rows", "Rows of the dataset's last load, by what became of them." },
	{ "aegis_run_duration_seconds", "Wall time of the pipeline's last run." },
	{ "aegis_run_exit_status", "Exit status of the pipeline's last run." },
	{ "aegis_run_last_success_timestamp_seconds",
	    "When a run of the pipeline last ended with status 0 or 1." },
	{ "aegis_source_age_seconds", "Seconds since something new of the dataset was loaded." },
	{ "aegis_stale_filings", "Filings whose rules have been superseded." },
};

/* A label's value, as the format wants it. */
static int
metrics_value(struct buf *b, const char *v, struct err *e)
{
	const char *special;

	for (; (special = strpbrk(v, "\\\"\n")) != NULL; v = special + 1)
		if (buf_add(b, v, (size_t)(special - v), e) ||
		    buf_adds(b,
			*special == '\n'    ? "\\n" :
			    *special == '"' ? "\\\"" :
					      "\\\\",
			e))
			return (-1);
	return (buf_adds(b, v, e));
}

/* The labels, which are an object of texts; null is left out. */
static int
metrics_labels(struct buf *b, const char *text, struct err *e)
{
	struct json *all = json_parse(text, strlen(text), e);
	const struct json *m;
	bool any = false;
	int rc = all == NULL;

	for (m = all != NULL ? all->child : NULL; rc == 0 && m != NULL; m = m->next) {
		if (m->kind != JSON_STRING)
			continue;
		rc = buf_addf(b, e, "%s%s=\"", any ? "," : "{", m->key) ||
		    metrics_value(b, m->text, e) || buf_adds(b, "\"", e);
		any = true;
	}
	json_free(all);
	return (rc || (any && buf_adds(b, "}", e)));
}

/* What stands before the first value of a metric. */
static int
metrics_head(struct buf *b, const char *name, struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(metrics_help) / sizeof(metrics_help[0]); i++)
		if (strcmp(metrics_help[i].name, name) == 0)
			return (buf_addf(b, e, "# HELP %s %s\n# TYPE %s gauge\n", name,
			    metrics_help[i].help, name));
	return (err_set(e, STATUS_BUG, "metric '%s' has no help", name));
}

/* All of them as text. */
static int
metrics_text(struct pg *pg, struct buf *b, struct err *e)
{
	struct pg_result *r = pg_query(pg, metrics_sql, NULL, 0, e);
	const char *last = "";
	int i, rc = r == NULL;

	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		const char *name = pg_result_get(r, i, 0);

		if (strcmp(name, last) != 0)
			rc = metrics_head(b, name, e);
		last = name;
		rc = rc || buf_adds(b, name, e) || metrics_labels(b, pg_result_get(r, i, 1), e) ||
		    buf_addf(b, e, " %s\n", pg_result_get(r, i, 2));
	}
	pg_result_free(r);
	return (rc);
}

int
metrics_write(const char *path, struct err *e)
{
	struct buf b = BUF_INIT(16 << 20);
	struct pg *pg = pg_connect(NULL, "aegis-run", e);
	struct outfile *o = NULL;
	int rc;

	rc = pg == NULL || metrics_text(pg, &b, e) || (o = outfile_open(path, e)) == NULL;
	/* node-exporter is another user. */
	if (rc == 0 && fchmod(outfile_fd(o), 0644) != 0)
		rc = err_sys(e, STATUS_OUTPUT, "cannot open '%s' to others", path);
	rc = rc || io_write_all(outfile_fd(o), b.p, b.len, outfile_name(o), e);
	if (rc && o != NULL)
		outfile_abandon(o, false);
	else if (rc == 0)
		rc = outfile_finish(o, e);
	pg_close(pg);
	buf_free(&b);
	return (rc);
}
