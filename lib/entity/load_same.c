/* Whether a source was loaded already, and last. */

#include "entity/load_same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/home.h"
#include "base/infile.h"
#include "base/io.h"
#include "entity/dataset.h"
#include "entity/definition_db.h"
#include "pg/pg.h"

static const char load_same_sql[] =
#include "queries/load_same.inc"
    ;

/* The digest of the layout that the dataset's name begins with. */
static int
load_same_layout(const char *dataset, char sha256[DIGEST_SHA256_HEX + 1], struct err *e)
{
	const char *slash = strchr(dataset, '/');
	char name[128], path[4096];
	int fd, rc;

	if (slash == NULL ||
	    snprintf(name, sizeof(name), "pipelines/layouts/%.*s.yaml", (int)(slash - dataset),
		dataset) >= (int)sizeof(name))
		return (err_set(e, STATUS_USAGE, "--same takes --dataset LAYOUT/VIEW, not '%s'",
		    dataset));
	if (home_path(path, sizeof(path), name, e) || (fd = infile_open(path, e)) < 0)
		return (-1);
	rc = io_sha256(fd, path, sha256, e);
	(void)close(fd);
	return (rc);
}

/* The last source's digest, or "": something else is due. */
static int
load_same_last(struct pg *pg, const struct load_options *o, const struct dataset *means,
    const char *layout, char sha256[DIGEST_SHA256_HEX + 1], char since[32], struct err *e)
{
	struct entity_definition *d = definition_db_read(pg, o->tenant, o->type, e);
	const char *params[7] = { o->tenant, o->type, o->dataset, layout,
		d != NULL ? d->sha256 : "", means->role == DATASET_ENRICH ? "enrich" : "own",
		means->keys };
	struct pg_result *r = d != NULL ? pg_query(pg, load_same_sql, params, 7, e) : NULL;

	if (r != NULL && pg_result_rows(r) == 1) {
		pg_result_copy(r, 0, 0, sha256, DIGEST_SHA256_HEX + 1);
		pg_result_copy(r, 0, 1, since, 32);
	}
	definition_free(d);
	pg_result_free(r);
	return (r == NULL);
}

int
load_same(const struct load_options *o, const char *file, char since[32], struct err *e)
{
	char layout[DIGEST_SHA256_HEX + 1], last[DIGEST_SHA256_HEX + 1] = "",
								     is[DIGEST_SHA256_HEX + 1] = "";
	struct dataset_list *list = dataset_load(o->datasets, e);
	const struct dataset *means = list != NULL ? dataset_find(list, o->dataset, o->type) : NULL;
	struct pg *pg = NULL;
	int rc;

	since[0] = '\0';
	rc = list == NULL || load_same_layout(o->dataset, layout, e);
	if (rc == 0 && means != NULL)
		rc = (pg = pg_connect(o->conninfo, "aegis-entity-load", e)) == NULL ||
		    load_same_last(pg, o, means, layout, last, since, e);
	pg_close(pg);
	dataset_free(list);
	if (rc || last[0] == '\0')
		return (rc);
	rc = io_sha256_regular(file, is, e);
	if (rc || strcmp(is, last) != 0)
		since[0] = '\0';
	return (rc);
}
