/* From what stands in the database back to the bytes that say so. */

#include "trace/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "entity/definition_db.h"
#include "ledger/ledger.h"
#include "stream/reject.h"
#include "trace/absent.h"
#include "trace/remake.h"
#include "trace/said.h"
#include "trace/show.h"

static const char trace_entity_sql[] =
#include "queries/trace_entity.inc"
    ;

static const char trace_links_sql[] =
#include "queries/trace_links.inc"
    ;

static const char trace_changes_sql[] =
#include "queries/trace_changes.inc"
    ;

static const char trace_rules_sql[] =
#include "queries/trace_rules.inc"
    ;

enum { TRACE_KEYS = 3 };

struct trace {
	const struct trace_options *o;
	struct pg *pg;
	struct report *r;
	bool finding;
	/* The key as it was given, without its type, and as an API number is written. */
	const char *keys[TRACE_KEYS];
	size_t nkeys;
	char api[16];
	struct buf list; /* all of them, as text[] */
};

/* The key as ours of wells are written, where it is an API number of 8, 10 or 14 digits (state 42, county, well,
 * sidetrack and completion). */
static void
trace_api(struct trace *t)
{
	char digits[15];
	const char *p;
	size_t n = 0;

	for (p = t->o->key; *p != '\0'; p++) {
		if (*p >= '0' && *p <= '9' && n < sizeof(digits) - 1)
			digits[n++] = *p;
		else if (*p != '-' && *p != ' ')
			return;
	}
	if (n != 8 && ((n != 10 && n != 14) || memcmp(digits, "42", 2) != 0))
		return;
	p = n == 8 ? digits : digits + 2;
	(void)snprintf(t->api, sizeof(t->api), "42-%.3s-%.5s", p, p + 3);
	if (strcmp(t->api, t->o->key) != 0)
		t->keys[t->nkeys++] = t->api;
}

/* The ways in which the key may be spelt. */
static int
trace_keys(struct trace *t, struct err *e)
{
	const char *colon = strchr(t->o->key, ':');

	t->keys[t->nkeys++] = t->o->key;
	if (colon != NULL && colon[1] != '\0')
		t->keys[t->nkeys++] = colon + 1;
	trace_api(t);
	return (pg_array(&t->list, t->keys, t->nkeys, e));
}

/* What the entity is linked to, and its cells of the compliance matrix. */
static int
trace_around(struct trace *t, const char *type, const char *key, struct err *e)
{
	const char *params[] = { t->o->tenant, type, key };
	struct pg_result *p;
	int i;

	if ((p = pg_query(t->pg, trace_links_sql, params, 3, e)) == NULL)
		return (-1);
	if (pg_result_rows(p) > 0)
		report_title(t->r, "Links");
	report_table(t->r, "links");
	for (i = 0; i < pg_result_rows(p); i++) {
		report_row(t->r);
		report_text(t->r, "label", "label", pg_result_get(p, i, 0));
		report_text(t->r, "type", "to", pg_result_get(p, i, 1));
		report_text(t->r, "key", "key", pg_result_get(p, i, 2));
		report_text(t->r, NULL, "there", pg_result_bool(p, i, 3) ? "yes" : "no");
		report_bool(t->r, "resolved", pg_result_bool(p, i, 3));
		report_close(t->r);
	}
	report_close(t->r);
	pg_result_free(p);
	if ((p = pg_queryf(t->pg, e,
		 "SELECT compliance_domain, status, to_char(deadline AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
		 " FROM compliance_status WHERE tenant_id = %L AND entity_id = %L AND entity_type = %L"
		 " ORDER BY 1",
		 t->o->tenant, key, type)) == NULL)
		return (-1);
	if (pg_result_rows(p) > 0)
		report_title(t->r,
		    "Cells of the compliance matrix, which have its name, field and district");
	report_table(t->r, "cells");
	for (i = 0; i < pg_result_rows(p); i++) {
		report_row(t->r);
		report_text(t->r, "domain", "domain", pg_result_get(p, i, 0));
		report_text(t->r, "status", "status", pg_result_get(p, i, 1));
		report_text(t->r, "deadline", "deadline", pg_result_get(p, i, 2));
		report_close(t->r);
	}
	report_close(t->r);
	pg_result_free(p);
	return (0);
}

/* What loads have changed of it, or of the one field. */
static int
trace_changes(struct trace *t, const char *type, const char *key, bool hide, struct err *e)
{
	const char *params[] = { t->o->tenant, type, key, t->o->field };
	const bool one = t->o->field != NULL;
	struct pg_result *p;
	char place[60];
	int i;

	if ((p = pg_query(t->pg, trace_changes_sql, params, 4, e)) == NULL)
		return (-1);
	if (pg_result_rows(p) > 0)
		report_title(t->r, "Changes since the first load, the last ones first");
	report_table(t->r, "changes");
	for (i = 0; i < pg_result_rows(p); i++) {
		report_row(t->r);
		report_text(t->r, "changed_at", "when", pg_result_get(p, i, 0));
		report_text(t->r, "change", "what", pg_result_get(p, i, 1));
		report_text(t->r, "dataset", "dataset", pg_result_get(p, i, 2));
		report_text(t->r, "source", NULL, pg_result_get(p, i, 3));
		report_text(t->r, "source_sha256", NULL, pg_result_get(p, i, 4));
		(void)snprintf(place, sizeof(place), "record %.20s",
		    pg_result_get(p, i, 5) != NULL ? pg_result_get(p, i, 5) : "-");
		report_text(t->r, NULL, "by", pg_result_get(p, i, 5) != NULL ? place : NULL);
		report_json(t->r, "record", pg_result_get(p, i, 5));
		report_json(t->r, "offset", pg_result_get(p, i, 6));
		report_text(t->r, "run", NULL, pg_result_get(p, i, 7));
		if (one) {
			report_text(t->r, "before", "before",
			    hide ? FAULT_HIDDEN : pg_result_get(p, i, 9));
			report_text(t->r, "after", "after",
			    hide ? FAULT_HIDDEN : pg_result_get(p, i, 10));
		} else {
			report_text(t->r, "fields", "fields", pg_result_get(p, i, 8));
		}
		report_close(t->r);
	}
	report_close(t->r);
	pg_result_free(p);
	return (0);
}

/* Does the JSON list of field keys have this one? */
static bool
trace_brings(const struct said *s, const char *field)
{
	struct json *list = json_parse(s->fields, strlen(s->fields), NULL), *x;
	bool has = false;

	for (x = list != NULL ? list->child : NULL; x != NULL; x = x->next)
		has |= x->kind == JSON_STRING && strcmp(x->text, field) == 0;
	json_free(list);
	return (has);
}

/* Each dataset that said something of it, and of the field, if one is asked for. */
static int
trace_datasets(struct trace *t, const struct said_list *l, const struct entity_definition *d,
    const struct json *stored, size_t *shown, struct err *e)
{
	struct remake *m;
	size_t i;
	int rc = 0;

	report_list(t->r, "datasets");
	for (i = 0; rc == 0 && i < l->n; i++) {
		if (t->o->field != NULL && d != NULL && !trace_brings(&l->v[i], t->o->field))
			continue;
		(*shown)++;
		if ((m = remake_new(t->o, &l->v[i], d, e)) == NULL) {
			rc = -1;
			break;
		}
		t->finding |= remake_result(m) == REMAKE_OTHER;
		rc = show_said(t->o, &l->v[i], d, m, stored, t->r, &t->finding, e);
		remake_free(m);
	}
	report_close(t->r);
	return (rc);
}

/* No dataset brings the field: say where it comes from instead. */
static int
trace_no_field(const struct trace *t, const struct entity_definition *d, struct err *e)
{
	const struct field_definition *f = definition_find(d, t->o->field);
	struct buf names = BUF_INIT(1 << 16);
	size_t i;

	if (f != NULL && f->through != NULL) {
		report_line(t->r,
		    "No dataset brings it: it is that of the entity which its field '%s' names; trace that one.",
		    f->through);
		return (0);
	}
	if (f != NULL) {
		report_line(t->r, "No dataset brings it.");
		return (0);
	}
	for (i = 0; i < d->n; i++)
		(void)buf_addf(&names, NULL, " %s", d->fields[i].key);
	(void)err_set(e, STATUS_USAGE, "type '%s' has no field '%s'", d->type, t->o->field);
	(void)err_hint(e, "it has:%s", buf_str(&names, NULL) != NULL ? names.p : " none");
	buf_free(&names);
	return (-1);
}

/* The entity's own row. */
static void
trace_head(struct trace *t, const struct pg_result *p)
{
	struct report *r = t->r;
	const char *retired = pg_result_get(p, 0, 3), *synced = pg_result_get(p, 0, 8);
	const char *key = pg_result_get(p, 0, 1), *name = pg_result_get(p, 0, 2);
	const char *pipeline = pg_result_get(p, 0, 6);
	char run[120];

	report_title(r, "%s %s%s%s%s", pg_result_get(p, 0, 0), key,
	    name != NULL && strcmp(name, key) != 0 ? ", " : "",
	    name != NULL && strcmp(name, key) != 0 ? name : "",
	    retired != NULL ? " (retired)" : "");
	report_text(r, "type", NULL, pg_result_get(p, 0, 0));
	report_text(r, "key", NULL, key);
	report_text(r, "name", NULL, name);
	report_text(r, "retired", "retired", retired);
	(void)snprintf(run, sizeof(run), "%s%s%.60s%s", pg_result_get(p, 0, 5),
	    pipeline != NULL ? " (" : "", pipeline != NULL ? pipeline : "",
	    pipeline != NULL ? ")" : "");
	report_text(r, NULL, "last changed by", run);
	report_text(r, "run", NULL, pg_result_get(p, 0, 5));
	report_text(r, "pipeline", NULL, pipeline);
	report_text(r, "started", "begun", pg_result_get(p, 0, 7));
	report_text(r, "synced", NULL, synced);
	report_text(r, NULL, "vertex in the graph",
	    synced != NULL ? synced : "not brought up to date since");
}

/* An entity that is there. */
static int
trace_entity(struct trace *t, const struct pg_result *p, struct err *e)
{
	const char *type = pg_result_get(p, 0, 0), *key = pg_result_get(p, 0, 1);
	const char *properties = pg_result_get(p, 0, 4);
	struct buf keys = BUF_INIT(1 << 16);
	struct json *stored = json_parse(properties, strlen(properties), e);
	struct said_list l = { NULL, NULL, 0 };
	struct entity_definition *d;
	struct err undefined = ERR_INIT;
	size_t shown = 0;
	int rc;

	/* A type that nobody defines any more has its entities still, retired. */
	if ((d = definition_db_read(t->pg, t->o->tenant, type, &undefined)) == NULL &&
	    undefined.status != STATUS_CONFIG)
		*e = undefined;
	rc = e->status != STATUS_OK;
	if (rc == 0) {
		trace_head(t, p);
		rc = (t->o->field == NULL && trace_around(t, type, key, e)) ||
		    pg_array(&keys, &key, 1, e) ||
		    said_read(t->pg, t->o->tenant, type, keys.p, &l, e) ||
		    trace_datasets(t, &l, d, stored, &shown, e) ||
		    trace_changes(t, type, key, show_hides(t->o, d, t->o->field), e) ||
		    (shown == 0 && d != NULL && t->o->field != NULL && trace_no_field(t, d, e));
	}
	said_release(&l);
	definition_free(d);
	json_free(stored);
	buf_free(&keys);
	return (rc);
}

/* The versions of a rule, and what the datasets said of it. */
static int
trace_rule(struct trace *t, const struct pg_result *p, struct err *e)
{
	struct report *r = t->r;
	struct said_list l;
	size_t shown = 0;
	int i, rc;

	report_title(r, "rule %s", t->o->key);
	report_text(r, "type", NULL, "rule");
	report_text(r, "key", NULL, t->o->key);
	report_table(r, "versions");
	for (i = 0; i < pg_result_rows(p); i++) {
		report_row(r);
		report_count(r, "version", "version", pg_result_u64(p, i, 0));
		report_text(r, "status", "status", pg_result_get(p, i, 1));
		report_text(r, "effective", "from", pg_result_get(p, i, 2));
		report_text(r, "superseded", "until", pg_result_get(p, i, 3));
		report_text(r, "reference", "by", pg_result_get(p, i, 4));
		report_text(r, "detected_by", NULL, pg_result_get(p, i, 5));
		report_text(r, "detected_at", "noted", pg_result_get(p, i, 6));
		report_text(r, "summary", NULL, pg_result_get(p, i, 7));
		report_json(r, "data", pg_result_get(p, i, 8));
		report_close(r);
	}
	report_close(r);
	rc = said_read(t->pg, t->o->tenant, "rule", t->list.p, &l, e) ||
	    trace_datasets(t, &l, NULL, NULL, &shown, e);
	if (rc == 0 && shown == 0)
		report_line(r,
		    "No dataset has said it: it comes from a file of rules, or from AEGIS itself.");
	said_release(&l);
	return (rc);
}

/* A key that no entity has: a dataset may wait for one, a rule may be meant, it may have been rejected. */
static int
trace_other(struct trace *t, struct err *e)
{
	const char *params[] = { t->o->tenant, t->o->key };
	struct pg_result *p = NULL;
	bool rules = t->o->type == NULL || strcmp(t->o->type, "rule") == 0;
	int rc = 0;

	if (rules && (p = pg_query(t->pg, trace_rules_sql, params, 2, e)) == NULL)
		return (-1);
	if (p != NULL && pg_result_rows(p) > 0) {
		rc = trace_rule(t, p, e);
	} else {
		t->finding = true;
		report_title(t->r, "no entity%s%s has the key '%s'",
		    t->o->type != NULL ? " of type " : "", t->o->type != NULL ? t->o->type : "",
		    t->o->key);
		report_text(t->r, "key", NULL, t->o->key);
		report_null(t->r, "type");
		rc = absent_run(t->pg, t->o, t->keys, t->nkeys, t->r, e);
	}
	pg_result_free(p);
	return (rc);
}

/* Several entities have the key: which ones? */
static int
trace_several(const struct pg_result *p, const char *key, struct err *e)
{
	struct buf list = BUF_INIT(1 << 16);
	int i;

	for (i = 0; i < pg_result_rows(p) && i < 10; i++)
		(void)buf_addf(&list, NULL, "%s%s", i > 0 ? ", " : "", pg_result_get(p, i, 1));
	(void)err_set(e, STATUS_USAGE, "several entities have the key '%s'", key);
	(void)err_hint(e, "give one of these: %s", buf_str(&list, NULL) != NULL ? list.p : "");
	buf_free(&list);
	return (-1);
}

/* Who has the key? */
static int
trace_find(struct trace *t, struct err *e)
{
	const char *params[] = { t->o->tenant, t->list.p, t->o->type };
	struct pg_result *p;
	int rc;

	if ((p = pg_query(t->pg, trace_entity_sql, params, 3, e)) == NULL)
		return (-1);
	if (pg_result_rows(p) > 1)
		rc = trace_several(p, t->o->key, e);
	else if (pg_result_rows(p) == 1)
		rc = trace_entity(t, p, e);
	else
		rc = ledger_tenant(t->pg, t->o->tenant, e) || trace_other(t, e);
	pg_result_free(p);
	return (rc);
}

int
trace_run(struct pg *pg, const struct trace_options *o, struct report *r, bool *finding,
    struct err *e)
{
	struct trace t = { .o = o, .pg = pg, .r = r, .list = BUF_INIT(1 << 16) };
	int rc;

	report_open(r, NULL);
	rc = trace_keys(&t, e) || trace_find(&t, e);
	report_close(r);
	*finding = t.finding;
	buf_free(&t.list);
	return (rc);
}
