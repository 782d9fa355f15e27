/* Definitions, read from the database. */

#include "entity/definition_db.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"

/* Copy a JSON array of non-empty strings into the choices of ${f}, which definition_free() frees.
 */
static int
definition_db_choices(const struct json *list, struct field_definition *f, struct err *e)
{
	const struct json *j;
	size_t n = 0;

	if (list->kind != JSON_ARRAY)
		return (err_set(e, STATUS_CONFIG, "choices must be a list"));
	for (j = list->child; j != NULL; j = j->next)
		n++;
	f->choices = xcalloc(n, sizeof(*f->choices));
	for (j = list->child; j != NULL; j = j->next) {
		if (j->kind != JSON_STRING || j->len == 0)
			return (
			    err_set(e, STATUS_CONFIG, "a choice must be a text, and not empty"));
		f->choices[f->nchoices++] = xstrndup(j->text, j->len);
	}
	return (0);
}

/* Take one member of the options object into ${f}; an unknown member is an error. */
static int
definition_db_option(const struct json *j, struct field_definition *f, struct err *e)
{
	uint64_t order;

	if (strcmp(j->key, "choices") == 0)
		return (definition_db_choices(j, f, e));
	if (strcmp(j->key, "role") == 0) {
		if (j->kind != JSON_STRING || definition_role(j->text, &f->role))
			return (err_set(e, STATUS_CONFIG,
			    "role must be identity, name, field, "
			    "district or operator"));
		return (0);
	}
	if (strcmp(j->key, "order") == 0) {
		if (j->kind != JSON_NUMBER || num_u64(j->text, j->len, 0, 1000, &order))
			return (err_set(e, STATUS_CONFIG, "order must be a number from 0 to 1000"));
		f->order = (int)order;
		return (0);
	}
	if (strcmp(j->key, "ref") == 0) {
		if (j->kind != JSON_STRING || j->len == 0)
			return (err_set(e, STATUS_CONFIG, "ref must be the key of a type"));
		f->ref = xstrndup(j->text, j->len);
		return (0);
	}
	if (strcmp(j->key, "through") == 0) {
		if (j->kind != JSON_STRING || j->len == 0)
			return (err_set(e, STATUS_CONFIG, "through must be the key of a field"));
		f->through = xstrndup(j->text, j->len);
		return (0);
	}
	if (strcmp(j->key, "hash") == 0) {
		f->hashed = j->kind == JSON_BOOL && j->truth;
		return (j->kind == JSON_BOOL ? 0 : err_set(e, STATUS_CONFIG, "hash must be true"));
	}
	if (strcmp(j->key, "person") == 0) {
		if (j->kind == JSON_BOOL && !j->truth)
			return (0);
		if (j->kind != JSON_BOOL &&
		    (j->kind != JSON_STRING || strchr(j->text, '=') == NULL))
			return (err_set(e, STATUS_CONFIG, "person must be true or FIELD=VALUE"));
		f->person = j->kind == JSON_BOOL ? xstrdup("true") : xstrndup(j->text, j->len);
		return (0);
	}
	return (err_set(e, STATUS_CONFIG, "'%s' is invalid", j->key));
}

int
definition_db_take_options(const char *text, struct field_definition *f, struct err *e)
{
	struct err why = ERR_INIT;
	struct json *all;
	const struct json *j;
	int rc = 0;

	if ((all = json_parse(text, strlen(text), &why)) == NULL)
		return (err_set(e, STATUS_CONFIG, "%s", why.msg));
	if (all->kind == JSON_ARRAY)
		rc = definition_db_choices(all, f, e);
	else if (all->kind != JSON_OBJECT && all->kind != JSON_NULL)
		rc = err_set(e, STATUS_CONFIG, "must be an object");
	for (j = all->child; rc == 0 && all->kind == JSON_OBJECT && j != NULL; j = j->next)
		rc = definition_db_option(j, f, e);
	json_free(all);
	return (rc);
}

int
definition_db_options(const struct field_definition *f, struct buf *out, struct err *e)
{
	const char *role = definition_role_name(f->role);
	struct json_writer *w;
	char num[20];
	size_t i;
	int rc;

	if (f->nchoices == 0 && role == NULL && f->order == 0 && f->ref == NULL && !f->hashed &&
	    f->person == NULL)
		return (0);
	w = json_writer_new(out);
	json_put_object(w);
	if (f->nchoices > 0) {
		json_put_key(w, "choices");
		json_put_array(w);
		for (i = 0; i < f->nchoices; i++)
			json_put_text(w, f->choices[i], strlen(f->choices[i]));
		json_put_close(w);
	}
	if (role != NULL) {
		json_put_key(w, "role");
		json_put_text(w, role, strlen(role));
	}
	if (f->order != 0) {
		json_put_key(w, "order");
		json_put_number(w, num, num_fmt(num, (uint64_t)f->order));
	}
	if (f->ref != NULL) {
		json_put_key(w, "ref");
		json_put_text(w, f->ref, strlen(f->ref));
	}
	if (f->through != NULL)
		json_member_text(w, "through", f->through);
	if (f->hashed) {
		json_put_key(w, "hash");
		json_put_bool(w, true);
	}
	if (f->person != NULL && strcmp(f->person, "true") == 0) {
		json_put_key(w, "person");
		json_put_bool(w, true);
	} else if (f->person != NULL) {
		json_member_text(w, "person", f->person);
	}
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc);
}

/* Set each field's rrc_key from rrc_field_mappings; two different RRC columns for one field are an
 * error. */
static int
definition_db_mappings(struct pg *pg, struct entity_definition *d, const char *type_id,
    struct err *e)
{
	const char *const params[] = { d->tenant, type_id };
	struct pg_result *r;
	int i, rc = 0;
	size_t k;

	r = pg_query(pg,
	    "SELECT DISTINCT f.field_key COLLATE \"C\", m.rrc_field_key COLLATE \"C\""
	    "  FROM rrc_field_mappings m"
	    "  JOIN entity_field_definitions f ON f.field_id = m.entity_field_id"
	    " WHERE m.tenant_id = $1::uuid AND m.type_id = $2::uuid AND f.type_id = m.type_id"
	    " ORDER BY 1, 2",
	    params, 2, e);
	if (r == NULL)
		return (-1);
	for (i = 0; rc == 0 && i < pg_result_rows(r); i++) {
		const char *key = pg_result_get(r, i, 0), *rrc = pg_result_get(r, i, 1);

		for (k = 0; k < d->n && strcmp(d->fields[k].key, key) != 0; k++)
			continue;
		if (k == d->n)
			continue; /* of another tenant: not ours to judge */
		if (d->fields[k].rrc_key != NULL)
			rc = err_set(e, STATUS_CONFIG,
			    "type '%s', field '%s': two RRC columns feed it, '%s' and '%s'",
			    d->type, key, d->fields[k].rrc_key, rrc);
		else
			d->fields[k].rrc_key = xstrdup(rrc);
	}
	pg_result_free(r);
	return (rc);
}

/* Fill ${f} from row ${row} of the result; an error names type and field. */
static int
definition_db_field(const struct pg_result *r, int row, struct field_definition *f,
    const char *type, struct err *e)
{
	const char *options = pg_result_get(r, row, 4), *preset;
	struct err why = ERR_INIT;

	f->input_type = pg_result_dup(r, row, 1);
	f->required = strcmp(pg_result_get(r, row, 2), "t") == 0;
	/* A form that was left empty stores '' as well as NULL. */
	if ((preset = pg_result_get(r, row, 3)) != NULL && preset[0] != '\0')
		f->preset = xstrdup(preset);
	if (options != NULL && definition_db_take_options(options, f, &why))
		return (err_set(e, STATUS_CONFIG, "type '%s', field '%s': options: %s", type,
		    f->key, why.msg));
	return (0);
}

/* What nobody maps stops nothing, whatever its type, preset and options: it is a text. */
static void
definition_db_spare(struct field_definition *f)
{
	char *key = f->key;

	f->key = NULL;
	definition_field_clear(f);
	f->key = key;
	f->input_type = xstrdup("text");
}

/* Fill the fields of ${d}, whose keys and mappings are known. */
static int
definition_db_fill(const struct pg_result *r, struct entity_definition *d, struct err *e)
{
	struct err why;
	size_t i, n = 0;

	for (i = 0; i < d->n; i++) {
		struct field_definition *f = &d->fields[i];

		why = (struct err)ERR_INIT;
		if (definition_db_field(r, (int)i, f, d->type, &why) && f->rrc_key != NULL) {
			*e = why;
			return (-1);
		}
		if (f->rrc_key == NULL && (why.status != STATUS_OK || definition_field_ok(f, &why)))
			definition_db_spare(f);
		if (f->rrc_key == NULL && definition_field_ok(f, NULL)) {
			definition_field_clear(f); /* even its key */
			continue;
		}
		if (n != i) {
			d->fields[n] = *f;
			memset(f, 0, sizeof(*f));
		}
		n++;
	}
	d->n = n;
	return (0);
}

/* Read the type's fields by sort_order, with their mappings; the caller frees the result with
 * definition_free(). */
static struct entity_definition *
definition_db_fields(struct pg *pg, const char *tenant, const char *type, const char *type_id,
    struct err *e)
{
	const char *const params[] = { tenant, type_id };
	struct err why = ERR_INIT;
	struct entity_definition *d;
	struct pg_result *r;
	int i;

	r = pg_query(pg,
	    "SELECT field_key, input_type, required, validation_preset, options"
	    "  FROM entity_field_definitions"
	    " WHERE tenant_id = $1::uuid AND type_id = $2::uuid"
	    " ORDER BY sort_order, field_key COLLATE \"C\"",
	    params, 2, e);
	if (r == NULL)
		return (NULL);
	if ((d = definition_new(tenant, type, (size_t)pg_result_rows(r), e)) == NULL)
		goto err1;
	for (i = 0; i < pg_result_rows(r); i++)
		d->fields[i].key = pg_result_dup(r, i, 0);
	if (definition_db_mappings(pg, d, type_id, e) || definition_db_fill(r, d, e))
		goto err1;
	if (definition_finish(d, NULL, &why)) {
		(void)err_set(e, STATUS_CONFIG, "type '%s', %s", type, why.msg);
		if (why.hint[0] != '\0')
			(void)err_hint(e, "%s", why.hint);
		goto err1;
	}
	pg_result_free(r);
	return (d);
err1:
	pg_result_free(r);
	definition_free(d);
	return (NULL);
}

struct entity_definition *
definition_db_read(struct pg *pg, const char *tenant, const char *type, struct err *e)
{
	struct entity_definition *d, *probe;
	const char *params[2];
	struct pg_result *r;

	/* Before the server is asked: a UUID, in small letters. */
	if ((probe = definition_new(tenant, type, 0, e)) == NULL)
		return (NULL);
	params[0] = probe->tenant;
	params[1] = type;
	r = pg_query(pg,
	    "SELECT type_id FROM entity_type_definitions"
	    " WHERE tenant_id = $1::uuid AND type_key = $2",
	    params, 2, e);
	if (r == NULL) {
		d = NULL;
	} else if (pg_result_rows(r) == 0) {
		(void)err_set(e, STATUS_CONFIG, "the tenant %s has no entity type '%s'",
		    probe->tenant, type);
		(void)err_hint(e, "define it with aegis entity-define");
		d = NULL;
	} else {
		d = definition_db_fields(pg, probe->tenant, type, pg_result_get(r, 0, 0), e);
	}
	pg_result_free(r);
	definition_free(probe);
	return (d);
}
