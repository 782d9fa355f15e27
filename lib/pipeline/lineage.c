/* Events of OpenLineage. */

#include "pipeline/lineage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/json.h"
#include "base/os.h"
#include "pg/pg.h"

#define LINEAGE_SPEC "https://openlineage.io/spec/"
#define LINEAGE_PRODUCER "https://aegis.invalid/aegis-batch"

static const char lineage_sql[] =
#include "queries/lineage_run.inc"
    ;

/* What every facet begins with. */
static void
lineage_facet(struct json_writer *w, const char *name, const char *schema)
{

	json_put_key(w, name);
	json_put_object(w);
	json_member_text(w, "_producer", LINEAGE_PRODUCER);
	json_member_text(w, "_schemaURL", schema);
}

/* The run with its facets: why it failed, its books. */
static void
lineage_run(struct json_writer *w, const char *run, const struct result *r, const char *books)
{

	json_put_key(w, "run");
	json_put_object(w);
	json_member_text(w, "runId", run);
	json_put_key(w, "facets");
	json_put_object(w);
	if (r != NULL && r->cause[0] != '\0') {
		lineage_facet(w, "errorMessage",
		    LINEAGE_SPEC "facets/1-0-1/ErrorMessageRunFacet.json");
		json_member_text(w, "message", r->cause);
		json_member_text(w, "programmingLanguage", "C");
		json_put_close(w);
	}
	if (books != NULL) {
		lineage_facet(w, "aegis_books", LINEAGE_PRODUCER "/facets/books.json");
		json_put_key(w, "books");
		json_put_json(w, books, strlen(books));
		json_put_close(w);
	}
	json_put_close(w);
	json_put_close(w);
}

/* The pipeline as a job. */
static void
lineage_job(struct json_writer *w, const struct pipeline *p)
{
	char space[64];

	(void)snprintf(space, sizeof(space), "aegis-batch%s%s", p->tenant != NULL ? "/" : "",
	    p->tenant != NULL ? p->tenant : "");
	json_put_key(w, "job");
	json_put_object(w);
	json_member_text(w, "namespace", space);
	json_member_text(w, "name", p->name);
	json_put_close(w);
}

/* One input: a file, with its digest where that is known. */
static void
lineage_file(struct json_writer *w, const char *name, const char *sha256)
{

	json_put_object(w);
	json_member_text(w, "namespace", "file");
	json_member_text(w, "name", name);
	if (sha256 != NULL) {
		json_put_key(w, "facets");
		json_put_object(w);
		lineage_facet(w, "version",
		    LINEAGE_SPEC "facets/1-0-1/DatasetVersionDatasetFacet.json");
		json_member_text(w, "datasetVersion", sha256);
		json_put_close(w);
		json_put_close(w);
	}
	json_put_close(w);
}

/* The inputs: of a run that begins what it will read, of one that is over what it loaded. */
static int
lineage_inputs(struct json_writer *w, const struct pipeline *p, const char *sources, struct err *e)
{
	struct json *all = NULL;
	const struct json *s;
	size_t i, k;

	json_put_key(w, "inputs");
	json_put_array(w);
	if (sources != NULL && (all = json_parse(sources, strlen(sources), e)) == NULL)
		return (-1);
	for (s = all != NULL ? all->child : NULL; s != NULL; s = s->next) {
		const struct json *name = json_get(s, "source"), *sum = json_get(s, "sha256");

		if (name != NULL && name->kind == JSON_STRING)
			lineage_file(w, name->text,
			    sum != NULL && sum->kind == JSON_STRING ? sum->text : NULL);
	}
	for (i = 0; sources == NULL && i < p->nsources; i++)
		for (k = 0; k < p->sources[i].nfiles; k++)
			lineage_file(w, p->sources[i].files[k], NULL);
	json_put_close(w);
	json_free(all);
	return (0);
}

/* The output: the database's entities, and how many of them were written. */
static void
lineage_outputs(struct json_writer *w, const char *database, const char *rows)
{
	const char *host = getenv("PGHOST"), *port = getenv("PGPORT");
	char space[300], name[200];

	json_put_key(w, "outputs");
	json_put_array(w);
	if (database != NULL) {
		(void)snprintf(space, sizeof(space), "postgres://%.200s:%.10s",
		    host != NULL ? host : "localhost", port != NULL ? port : "5432");
		(void)snprintf(name, sizeof(name), "%.120s.public.entities", database);
		json_put_object(w);
		json_member_text(w, "namespace", space);
		json_member_text(w, "name", name);
		json_put_key(w, "outputFacets");
		json_put_object(w);
		lineage_facet(w, "outputStatistics",
		    LINEAGE_SPEC "facets/1-0-2/OutputStatisticsOutputDatasetFacet.json");
		json_put_key(w, "rowCount");
		json_put_number(w, rows, strlen(rows));
		json_put_close(w);
		json_put_close(w);
		json_put_close(w);
	}
	json_put_close(w);
}

/* The event as a line. */
static int
lineage_event(struct buf *out, const struct pipeline *p, const char *run, const struct result *r,
    const struct pg_result *loaded, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	const bool got = loaded != NULL && pg_result_rows(loaded) == 1;
	char now[32];
	int rc;

	(void)os_utc(now, sizeof(now), time(NULL));
	json_put_object(w);
	json_member_text(w, "eventType",
	    r == NULL                                                  ? "START" :
		r->stopped != 0                                        ? "ABORT" :
		r->status == STATUS_OK || r->status == STATUS_FINDINGS ? "COMPLETE" :
									 "FAIL");
	json_member_text(w, "eventTime", now);
	lineage_run(w, run, r, got ? pg_result_get(loaded, 0, 0) : NULL);
	lineage_job(w, p);
	rc = lineage_inputs(w, p, got ? pg_result_get(loaded, 0, 1) : NULL, e);
	lineage_outputs(w, got ? pg_result_get(loaded, 0, 3) : NULL,
	    got ? pg_result_get(loaded, 0, 2) : NULL);
	json_member_text(w, "producer", LINEAGE_PRODUCER);
	json_member_text(w, "schemaURL", LINEAGE_SPEC "2-0-2/OpenLineage.json#/$defs/RunEvent");
	json_put_close(w);
	rc = json_writer_end(w, e) || rc || buf_add(out, "\n", 1, e);
	json_writer_free(w);
	return (rc);
}

int
lineage_write(const char *path, const struct pipeline *p, const char *run, const struct result *r,
    struct err *e)
{
	const char *params[1] = { run };
	struct buf out = BUF_INIT(64 << 20);
	struct pg_result *loaded = NULL;
	struct err none = ERR_INIT;
	struct pg *pg = NULL;
	int fd = -1, rc;

	/* Without a database the event says less. */
	if (r != NULL && (pg = pg_connect(NULL, "aegis-run", &none)) != NULL)
		loaded = pg_query(pg, lineage_sql, params, 1, &none);
	rc = lineage_event(&out, p, run, r, loaded, e);
	if (rc == 0 &&
	    (fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640)) < 0)
		rc = err_sys(e, STATUS_OUTPUT, "cannot open '%s'", path);
	/* One write(2) a line, so that runs can share a file. */
	rc = rc || io_write_all(fd, out.p, out.len, path, e);
	if (fd >= 0 && close(fd) != 0 && rc == 0)
		rc = err_sys(e, STATUS_IO, "cannot close '%s'", path);
	pg_result_free(loaded);
	pg_close(pg);
	buf_free(&out);
	return (rc);
}
