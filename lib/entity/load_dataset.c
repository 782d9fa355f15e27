/* Which dataset an input is of, and what that is to the type. */

#include "entity/load_dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/notice.h"

/* What it is to the type: as the file says, or the most careful of all. */
static void
load_dataset_means(const struct load_job *j, struct load_dataset *d)
{
	static char anything[] = "";
	const struct dataset *found = dataset_find(d->list, d->name, j->type);

	if (found != NULL) {
		d->means = *found;
		return;
	}
	d->means.role = DATASET_OWN;
	d->means.coverage = DATASET_DELTA;
	d->means.duplicates = DATASET_REJECT;
	d->means.keys = anything;
}

/*
 * The stream's header says which dataset this is; so may the caller.  Where neither
 * does, there may be but one.
 */
static int
load_dataset_name(const struct load_job *j, struct load_dataset *d, struct err *e)
{
	const char *said = stream_reader_dataset(intake_reader(j->in)), *given = j->o->dataset;
	const struct dataset *only = dataset_only(d->list, j->type);
	size_t i, n = 0;

	if (given != NULL && ledger_said(said) && strcmp(given, said) != 0)
		return (err_set(e, STATUS_CONFIG, "the stream is of the dataset '%s', not '%s'",
		    said, given));
	if (given == NULL && ledger_said(said))
		given = said;
	if (given == NULL && only != NULL)
		given = only->name;
	for (i = 0; given == NULL && i < d->list->n; i++)
		n += strcmp(d->list->v[i].type, j->type) == 0;
	if (n > 0) {
		(void)err_set(e, STATUS_USAGE,
		    "type '%s' is fed by %zu datasets, and the stream does not name one", j->type,
		    n);
		return (err_hint(e, "name it with --dataset"));
	}
	if (given == NULL)
		(void)snprintf(d->name, sizeof(d->name), "sealed/%.64s", j->type);
	else if (strlen(given) >= sizeof(d->name))
		return (err_set(e, STATUS_USAGE, "the dataset's name is too long"));
	else
		(void)snprintf(d->name, sizeof(d->name), "%s", given);
	ledger_printable(d->name);
	return (0);
}

int
load_dataset_open(const struct load_job *j, struct load_dataset *d, struct err *e)
{
	struct pg_result *r;
	int i;

	if ((d->list = dataset_load(j->o->datasets, e)) == NULL || load_dataset_name(j, d, e))
		return (-1);
	load_dataset_means(j, d);
	if ((r = pg_queryf(j->pg, e,
		 "SELECT dataset_id, dataset, role, fields FROM batch_datasets"
		 " WHERE tenant_id = %L AND type_key = %L ORDER BY dataset_id",
		 j->tenant, j->type)) == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++) {
		struct load_peer *peer;

		if (strcmp(pg_result_get(r, i, 1), d->name) == 0) {
			pg_result_copy(r, i, 0, d->id, sizeof(d->id));
			d->owned = pg_result_dup(r, i, 3);
			continue;
		}
		if (d->npeers == d->cappeers)
			d->peers = xgrow(d->peers, &d->cappeers, sizeof(*d->peers));
		peer = &d->peers[d->npeers++];
		pg_result_copy(r, i, 0, peer->id, sizeof(peer->id));
		peer->enrich = strcmp(pg_result_get(r, i, 2), "enrich") == 0;
	}
	pg_result_free(r);
	d->first = d->id[0] == '\0';
	if (!d->first || j->o->plan)
		return (0);
	return (ledger_dataset(j->pg, j->tenant, j->type, d->name, d->id, sizeof(d->id), e));
}

/* Does ${dataset}, which has brought ${field}, bring it still, by what is mapped now?  Its next load
 * lets go of it where not. */
static bool
load_dataset_brings(const struct load_job *j, const char *dataset, const char *field)
{
	const struct field_definition *f = definition_find(j->d, field);
	const char *colon = f != NULL && f->rrc_key != NULL ? strchr(f->rrc_key, ':') : NULL;

	if (colon == NULL)
		return (true);
	return (strlen(dataset) == (size_t)(colon - f->rrc_key) &&
	    memcmp(dataset, f->rrc_key, strlen(dataset)) == 0);
}

/*
 * A field that another dataset brings for keys of the same kind would swing from one
 * to the other every night.  Fields of the identity are in every dataset.
 */
static int
load_dataset_alone(const struct load_job *j, const struct load_dataset *d, const char *fields,
    const char *identity, struct err *e)
{
	struct pg_result *r = pg_queryf(j->pg, e,
	    "SELECT d.dataset, f FROM batch_datasets d, unnest(d.fields) f"
	    " WHERE d.tenant_id = %L AND d.type_key = %L AND d.dataset <> %L"
	    " AND f = ANY (%L::text[]) AND f <> ALL (%L::text[])"
	    " AND (starts_with(d.key_prefix, %L) OR starts_with(%L, d.key_prefix))"
	    " ORDER BY 1, 2",
	    j->tenant, j->type, d->name, fields, identity, d->means.keys, d->means.keys);
	int rc = 0, i;

	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++)
		if (load_dataset_brings(j, pg_result_get(r, i, 0), pg_result_get(r, i, 1)))
			break;
	if (i < pg_result_rows(r)) {
		(void)err_set(e, STATUS_CONFIG,
		    "type '%s', field '%s': '%s' brings it, and so does '%s': a field belongs to one dataset",
		    j->type, pg_result_get(r, i, 1), d->name, pg_result_get(r, i, 0));
		rc = err_hint(e,
		    "map it from one of them, or give each its own 'keys' in datasets.yaml");
	}
	pg_result_free(r);
	return (rc);
}

/*
 * Whether the definitions are others than those of the dataset's last load: then it is an administrator
 * who has changed the columns, and not the source.  A load of before has noted them in its book only.
 */
static int
load_dataset_redefined(const struct load_job *j, struct load_dataset *d, struct err *e)
{

	if (d->first)
		return (0);
	return (pg_boolf(j->pg, &d->redefined, e,
	    "SELECT coalesce(d.definitions, (SELECT b.config_sha256 FROM batch_books b JOIN batch_sources s"
	    " USING (run_id, dataset_id, section) WHERE b.dataset_id = d.dataset_id AND b.stage = 'entity-map'"
	    " AND b.config_sha256 IS NOT NULL ORDER BY s.loaded_at DESC, s.section DESC LIMIT 1)) <> %L"
	    " FROM batch_datasets d WHERE d.dataset_id = %s",
	    j->d->sha256, d->id));
}

/* Columns that were there, or were not: most often the file is not what it was. */
static int
load_dataset_same(const struct load_job *j, const struct load_dataset *d, const char *fields,
    struct err *e)
{
	const char *less, *more;
	char what[400];
	struct pg_result *r;
	int rc = 0;

	if (d->owned == NULL || strcmp(d->owned, "{}") == 0 || j->o->accept_change)
		return (0);
	if ((r = pg_queryf(j->pg, e,
		 "SELECT string_agg(f, ', ' ORDER BY f) FILTER (WHERE f <> ALL (%L::text[])),"
		 " string_agg(f, ', ' ORDER BY f) FILTER (WHERE f <> ALL (%L::text[]))"
		 " FROM unnest(%L::text[] || %L::text[]) f",
		 fields, d->owned, fields, d->owned)) == NULL)
		return (-1);
	less = pg_result_get(r, 0, 0);
	more = pg_result_get(r, 0, 1);
	(void)snprintf(what, sizeof(what), "%s%.180s%s%s%.180s", less ? " missing " : "",
	    less ? less : "", less && more ? ";" : "", more ? " new " : "", more ? more : "");
	pg_result_free(r);
	if (what[0] == '\0')
		return (0);
	if (d->redefined) {
		notice_say("the definitions of '%s' have changed since the last load of '%s':%s",
		    j->type, d->name, what);
		return (0);
	}
	rc = err_set(e, STATUS_DATA, "the columns are not those of the last load of '%s':%s",
	    d->name, what);
	(void)err_hint(e, "if intended: --accept-change");
	return (rc);
}

int
load_dataset_fields(const struct load_job *j, struct load_dataset *d, struct err *e)
{
	const char *role = d->means.role == DATASET_ENRICH ? "enrich" : "own";
	struct buf fields = BUF_INIT(1 << 20), identity = BUF_INIT(1 << 20);
	int rc;

	rc = properties_owned(j->p, false, &fields, e) || buf_str(&fields, e) == NULL ||
	    properties_owned(j->p, true, &identity, e) || buf_str(&identity, e) == NULL ||
	    load_dataset_alone(j, d, fields.p, identity.p, e) || load_dataset_redefined(j, d, e) ||
	    load_dataset_same(j, d, fields.p, e);
	if (rc == 0 && !j->o->plan)
		rc = pg_execf(j->pg, NULL, e,
		    "UPDATE batch_datasets SET former = ARRAY(SELECT DISTINCT f FROM"
		    " unnest(former || fields) f WHERE f <> ALL (%L::text[]) ORDER BY 1),"
		    " fields = %L, role = %L, key_prefix = %L, definitions = %L"
		    " WHERE dataset_id = %s AND (fields, role, key_prefix, definitions) IS DISTINCT FROM"
		    " (%L::text[], %L::varchar, %L::varchar, %L::char(64))",
		    fields.p, fields.p, role, d->means.keys, j->d->sha256, d->id, fields.p, role,
		    d->means.keys, j->d->sha256);
	buf_free(&fields);
	buf_free(&identity);
	return (rc);
}

bool
load_dataset_retires(const struct load_job *j, const struct load_dataset *d)
{

	return (!j->o->delta && d->means.role == DATASET_OWN &&
	    d->means.coverage != DATASET_DELTA && d->id[0] != '\0');
}

bool
load_dataset_settled(const struct load_dataset *d)
{

	return (d->means.duplicates == DATASET_LAST || d->means.duplicates == DATASET_BEST);
}

void
load_dataset_free(struct load_dataset *d)
{

	dataset_free(d->list);
	free(d->owned);
	free(d->peers);
}
