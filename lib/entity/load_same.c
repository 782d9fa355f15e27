/* Whether a source was loaded already, and last. */

#include "entity/load_same.h"

#include "entity/dataset.h"
#include "entity/definition_db.h"
#include "ledger/same.h"
#include "pg/pg.h"

static const char load_same_sql[] =
#include "queries/load_same.inc"
    ;

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
	char layout[DIGEST_SHA256_HEX + 1], last[DIGEST_SHA256_HEX + 1] = "";
	struct dataset_list *list = dataset_load(o->datasets, e);
	const struct dataset *means = list != NULL ? dataset_find(list, o->dataset, o->type) : NULL;
	struct pg *pg = NULL;
	int rc;

	since[0] = '\0';
	rc = list == NULL || same_layout(o->dataset, layout, e);
	if (rc == 0 && means != NULL)
		rc = (pg = pg_connect(o->conninfo, "aegis-entity-load", e)) == NULL ||
		    load_same_last(pg, o, means, layout, last, since, e);
	pg_close(pg);
	dataset_free(list);
	return (rc || same_file(file, last, since, e));
}
