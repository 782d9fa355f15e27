#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entity/load_state.h"

/* What it is to the type: as the file says, or the most careful of all. */
static void
load_dataset_means(struct load *l)
{
	static char anything[] = "";
	const struct dataset *d = dataset_find(l->datasets, l->dataset, l->type);

	if (d != NULL) {
		l->means = *d;
		return;
	}
	l->means.role = DATASET_OWN;
	l->means.coverage = DATASET_DELTA;
	l->means.duplicates = DATASET_REJECT;
	l->means.keys = anything;
}

/*
 * The stream's header says which dataset this is; so may the caller.  Where neither
 * does, there may be but one.
 */
static int
load_dataset_name(struct load *l, struct err *e)
{
	const char *said = stream_reader_dataset(l->r), *given = l->o->dataset;
	const struct dataset *only = dataset_only(l->datasets, l->type);
	size_t i, n = 0;

	if (given != NULL && ledger_said(said) && strcmp(given, said) != 0)
		return (err_set(e, STATUS_CONFIG, "the stream is of the dataset '%s', not '%s'",
		    said, given));
	if (given == NULL && ledger_said(said))
		given = said;
	if (given == NULL && only != NULL)
		given = only->name;
	for (i = 0; given == NULL && i < l->datasets->n; i++)
		n += strcmp(l->datasets->v[i].type, l->type) == 0;
	if (n > 0) {
		(void)err_set(e, STATUS_USAGE,
		    "type '%s' is fed by %zu datasets, and the stream "
		    "does not say which it is",
		    l->type, n);
		return (err_hint(e, "say it with --dataset"));
	}
	if (given == NULL)
		(void)snprintf(l->dataset, sizeof(l->dataset), "sealed/%.64s", l->type);
	else if (strlen(given) >= sizeof(l->dataset))
		return (err_set(e, STATUS_USAGE, "the dataset's name is too long"));
	else
		(void)snprintf(l->dataset, sizeof(l->dataset), "%s", given);
	ledger_printable(l->dataset);
	return (0);
}

int
load_dataset(struct load *l, struct err *e)
{
	const char *params[3] = { l->tenant, l->type, l->dataset };
	struct pg_result *r;
	int i;

	if ((l->datasets = dataset_load(l->o->datasets, e)) == NULL || load_dataset_name(l, e))
		return (-1);
	load_dataset_means(l);
	if ((r = pg_query(l->pg,
		 "SELECT dataset_id, dataset, role, fields FROM batch_datasets"
		 " WHERE tenant_id = $1::uuid AND type_key = $2 ORDER BY dataset_id",
		 params, 2, e)) == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++) {
		struct load_peer *peer;

		if (strcmp(pg_result_get(r, i, 1), l->dataset) == 0) {
			(void)snprintf(l->dataset_id, sizeof(l->dataset_id), "%s",
			    pg_result_get(r, i, 0));
			l->owned = xstrdup(pg_result_get(r, i, 3));
			continue;
		}
		if (l->npeers == l->cappeers)
			l->peers = xgrow(l->peers, &l->cappeers, sizeof(*l->peers));
		peer = &l->peers[l->npeers++];
		(void)snprintf(peer->id, sizeof(peer->id), "%s", pg_result_get(r, i, 0));
		peer->enrich = strcmp(pg_result_get(r, i, 2), "enrich") == 0;
	}
	pg_result_free(r);
	if (l->dataset_id[0] != '\0' || l->plan)
		return (0);
	if ((r = pg_query(l->pg,
		 "INSERT INTO batch_datasets (tenant_id, type_key, dataset)"
		 " VALUES ($1::uuid, $2, $3) RETURNING dataset_id",
		 params, 3, e)) == NULL)
		return (-1);
	(void)snprintf(l->dataset_id, sizeof(l->dataset_id), "%s", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (0);
}

/*
 * A field that another dataset brings for keys of the same kind would swing from one
 * to the other every night.  Fields of the identity are in every dataset.
 */
static int
load_dataset_alone(struct load *l, const char *fields, const char *identity, struct err *e)
{
	const char *params[6] = { l->tenant, l->type, l->dataset, fields, l->means.keys, identity };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT d.dataset, f FROM batch_datasets d, unnest(d.fields) f"
	    " WHERE d.tenant_id = $1::uuid AND d.type_key = $2 AND d.dataset <> $3"
	    " AND f = ANY ($4::text[]) AND f <> ALL ($6::text[])"
	    " AND (starts_with(d.key_prefix, $5) OR starts_with($5, d.key_prefix))"
	    " ORDER BY 1, 2 LIMIT 1",
	    params, 6, e);

	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) == 0) {
		pg_result_free(r);
		return (0);
	}
	(void)err_set(e, STATUS_CONFIG,
	    "type '%s', field '%s': '%s' brings it, and so does '%s': a field belongs to one dataset",
	    l->type, pg_result_get(r, 0, 1), l->dataset, pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (
	    err_hint(e, "map it from one of them, or give each its own 'keys' in datasets.yaml"));
}

/* Columns that were there, or were not: most often the file is not what it was. */
static int
load_dataset_same(struct load *l, const char *fields, struct err *e)
{
	const char *params[2] = { l->owned, fields };
	struct pg_result *r;
	int rc = 0;

	if (l->owned == NULL || strcmp(l->owned, "{}") == 0 || l->o->accept_change)
		return (0);
	if ((r = pg_query(l->pg,
		 "SELECT string_agg(f, ', ' ORDER BY f) FILTER (WHERE f <> ALL ($2::text[])),"
		 " string_agg(f, ', ' ORDER BY f) FILTER (WHERE f <> ALL ($1::text[]))"
		 " FROM unnest($1::text[] || $2::text[]) f",
		 params, 2, e)) == NULL)
		return (-1);
	if (pg_result_get(r, 0, 0) != NULL || pg_result_get(r, 0, 1) != NULL) {
		const char *less = pg_result_get(r, 0, 0), *more = pg_result_get(r, 0, 1);

		(void)err_set(e, STATUS_DATA,
		    "the columns are not those of the last load of '%s':%s%s%s%s%s", l->dataset,
		    less ? " missing " : "", less ? less : "", less && more ? ";" : "",
		    more ? " new " : "", more ? more : "");
		rc = err_hint(e, "where this is meant, say --accept-change");
	}
	pg_result_free(r);
	return (rc);
}

int
load_dataset_fields(struct load *l, struct err *e)
{
	struct buf fields = BUF_INIT(1 << 20), identity = BUF_INIT(1 << 20);
	const char *params[4] = { l->dataset_id, NULL,
		l->means.role == DATASET_ENRICH ? "enrich" : "own", l->means.keys };
	struct pg_result *r;
	int rc = -1;

	if (properties_owned(l->p, false, &fields, e) || buf_str(&fields, e) == NULL ||
	    properties_owned(l->p, true, &identity, e) || buf_str(&identity, e) == NULL ||
	    load_dataset_alone(l, fields.p, identity.p, e) || load_dataset_same(l, fields.p, e))
		goto done;
	params[1] = fields.p;
	if (!l->plan) {
		if ((r = pg_query(l->pg,
			 "UPDATE batch_datasets SET fields = $2::text[], role = $3,"
			 " key_prefix = $4 WHERE dataset_id = $1::integer"
			 " AND (fields, role, key_prefix) IS DISTINCT FROM"
			 " ($2::text[], $3::varchar, $4::varchar)",
			 params, 4, e)) == NULL)
			goto done;
		pg_result_free(r);
	}
	rc = 0;
done:
	buf_free(&fields);
	buf_free(&identity);
	return (rc);
}
