/* rule-diff: two sets of rules side by side. */

#include "rule/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "pg/pg.h"
#include "rule/basis.h"
#include "rule/delta.h"

static const char compare_snapshot_sql[] =
#include "queries/compare_snapshot.inc"
    ;

struct compare_rule {
	char *identifier;
	char *label; /* which version this is, or "" */
	char *data;
};

struct compare_side {
	struct compare_rule *v;
	size_t n, cap;
	const struct catalog *c;
	struct json_writer *w; /* into: */
	struct buf json;
};

struct compare {
	struct compare_side before, after;
};

/* Append a rule to the side; the strings are copied. */
static void
compare_add(struct compare_side *s, const char *identifier, const char *label, const char *data)
{
	struct compare_rule *r;

	if (s->n == s->cap)
		s->v = xgrow(s->v, &s->cap, sizeof(*s->v));
	r = &s->v[s->n++];
	r->identifier = xstrdup(identifier);
	r->label = xstrdup(label);
	r->data = xstrdup(data);
}

/* Order by identifier, for qsort(). */
static int
compare_order(const void *a, const void *b)
{
	const struct compare_rule *x = a, *y = b;

	return (strcmp(x->identifier, y->identifier));
}

/* Add a rule of a file to the side, its data as JSON; the callback of rule_file_rules(). */
static int
compare_take(void *cookie, const struct rule *r, int line, const char *odd, struct err *e)
{
	struct compare_side *s = cookie;

	(void)line;
	(void)odd;
	s->json.len = 0;
	if (rule_data(s->c, r, s->w, e) || buf_str(&s->json, e) == NULL)
		return (-1);
	compare_add(s, r->identifier, "", s->json.p);
	return (0);
}

/* Read a side from a file of rules; any fault in it is an error. */
static int
compare_file(struct compare_side *s, const char *path, struct rule_faults *faults, struct err *e)
{
	struct rule_file *f = rule_file_open(path, e);
	size_t before = faults->n;
	int rc;

	if (f == NULL)
		return (-1);
	s->json.max = 1 << 20;
	s->w = json_writer_new(&s->json);
	rc = rule_file_rules(f, s->c, faults, compare_take, s, e);
	if (rc == 0)
		rule_file_twice(&f, 1, faults);
	if (rc == 0 && faults->n > before)
		rc = err_set(e, STATUS_DATA, "'%s' has faults", path);
	rule_file_free(f);
	return (rc);
}

/* Add rows of identifier, label and data, and free ${r}; fail if it is NULL. */
static int
compare_rows(struct compare_side *s, struct pg_result *r)
{
	int row;

	if (r == NULL)
		return (-1);
	for (row = 0; row < pg_result_rows(r); row++)
		compare_add(s, pg_result_get(r, row, 0), pg_result_get(r, row, 1),
		    pg_result_get(r, row, 2));
	pg_result_free(r);
	return (0);
}

/* Read a side from the tenant's versions in force on ${day}; the transaction is rolled back. */
static int
compare_day(struct compare_side *s, struct pg *pg, const struct compare_options *o, const char *day,
    struct err *e)
{
	int rc = -1;

	if (o->tenant == NULL)
		return (err_set(e, STATUS_USAGE, "--tenant is needed to compare days"));
	if (pg_begin_whole(pg, "", e) == 0 &&
	    basis_rules(pg, s->c, o->tenant, day, o->known_on, e) == 0)
		rc = compare_rows(s,
		    pg_query(pg,
			"SELECT v.rule_identifier, format('version %s, %s', v.version, v.effective_date),"
			" v.rule_data FROM basis_force f JOIN rule_versions v ON v.id = f.id",
			NULL, 0, e));
	pg_rollback(pg);
	return (rc);
}

/* Read a side from a snapshot, or from a filing's newest snapshot of each rule. */
static int
compare_snapshot(struct compare_side *s, struct pg *pg, const char *id, struct err *e)
{
	const char *params[1] = { id };

	if (compare_rows(s, pg_query(pg, compare_snapshot_sql, params, 1, e)))
		return (-1);
	return (s->n > 0 ? 0 :
			   err_set(e, STATUS_DATA,
			       "neither a snapshot %s nor a filing with snapshots exists", id));
}

/* Read one side from what ${what} names, sorted; connect to the database only if needed. */
static int
compare_side(struct compare_side *s, struct pg **pg, const struct compare_options *o,
    const char *what, struct rule_faults *faults, struct err *e)
{
	char uuid[37];
	bool day = rule_day(what), id = num_uuid(uuid, what) == 0;
	int rc;

	if (!day && !id) {
		rc = compare_file(s, what, faults, e);
	} else {
		if (*pg == NULL && (*pg = pg_connect(o->conninfo, "aegis-rule-diff", e)) == NULL)
			return (-1);
		rc = day ? compare_day(s, *pg, o, what, e) : compare_snapshot(s, *pg, uuid, e);
	}
	if (rc == 0 && s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), compare_order);
	return (rc);
}

struct compare *
compare_run(const struct compare_options *o, struct rule_faults *faults, struct err *e)
{
	struct compare *c = xcalloc(1, sizeof(*c));
	struct catalog *catalog = catalog_load(o->catalog, e);
	struct pg *pg = NULL;
	int rc = -1;

	c->before.c = c->after.c = catalog;
	if (catalog != NULL) {
		rc = compare_side(&c->before, &pg, o, o->before, faults, e);
		/* A second file's faults are said as well. */
		if (rc == 0 || faults->n > 0)
			rc = compare_side(&c->after, &pg, o, o->after, faults, e) || rc;
	}
	pg_close(pg);
	catalog_free(catalog);
	if (rc == 0)
		return (c);
	compare_free(c);
	return (NULL);
}

/* Free what the side holds, but not the side itself or its catalog. */
static void
compare_side_free(struct compare_side *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->v[i].identifier);
		free(s->v[i].label);
		free(s->v[i].data);
	}
	free(s->v);
	json_writer_free(s->w);
	buf_free(&s->json);
}

void
compare_free(struct compare *c)
{

	if (c == NULL)
		return;
	compare_side_free(&c->before);
	compare_side_free(&c->after);
	free(c);
}

/* What changed of a rule, as JSON and as text; a side that lacks it is NULL. */
static int
compare_rule(const struct compare_rule *a, const struct compare_rule *b, const char *said,
    struct report *r, struct err *e)
{
	const struct compare_rule *one = a != NULL ? a : b;
	struct buf changes = BUF_INIT(4 << 20);
	struct json_writer *w = json_writer_new(&changes);
	const char *before = a != NULL ? a->label : "", *after = b != NULL ? b->label : "";
	bool labelled = before[0] != '\0' || after[0] != '\0';
	int rc;

	rc = delta_json(a ? a->data : NULL, b ? b->data : NULL, w, e) || json_writer_end(w, e) ||
	    buf_str(&changes, e) == NULL;
	json_writer_free(w);
	report_finding(r, "%c %s%s%s%s%s%s",
	    a == NULL     ? '+' :
		b == NULL ? '-' :
			    '~',
	    one->identifier, labelled ? " (" : "", before,
	    before[0] != '\0' && after[0] != '\0' ? " -> " : "", after, labelled ? ")" : "");
	if (said[0] != '\0')
		report_block(r, said, strlen(said));
	report_open(r, NULL);
	report_text(r, "rule", NULL, one->identifier);
	report_text(r, "change", NULL, a == NULL ? "added" : b == NULL ? "removed" : "changed");
	report_text(r, "before", NULL, before[0] != '\0' ? before : NULL);
	report_text(r, "after", NULL, after[0] != '\0' ? after : NULL);
	report_json(r, "changes", rc == 0 ? changes.p : NULL);
	report_close(r);
	buf_free(&changes);
	return (rc);
}

/* The next rule of the two sorted sides; both where they have the same. */
static void
compare_next(const struct compare *c, size_t *i, size_t *k, const struct compare_rule **a,
    const struct compare_rule **b)
{
	int cmp;

	*a = *i < c->before.n ? &c->before.v[*i] : NULL;
	*b = *k < c->after.n ? &c->after.v[*k] : NULL;
	cmp = *a == NULL ? 1 : *b == NULL ? -1 : strcmp((*a)->identifier, (*b)->identifier);
	if (cmp > 0)
		*a = NULL;
	if (cmp < 0)
		*b = NULL;
	*i += *a != NULL;
	*k += *b != NULL;
}

int
compare_report(const struct compare *c, struct report *r, size_t *n, struct err *e)
{
	struct buf said = BUF_INIT(4 << 20);
	const struct compare_rule *a, *b;
	size_t i = 0, k = 0;
	int rc = 0;

	*n = 0;
	report_list(r, NULL);
	while (rc == 0 && (i < c->before.n || k < c->after.n)) {
		compare_next(c, &i, &k, &a, &b);
		said.len = 0;
		if (a != NULL && b != NULL &&
		    ((rc = delta_text(a->data, b->data, &said, e)) != 0 || said.len == 0))
			continue;
		++*n;
		rc = buf_str(&said, e) == NULL || compare_rule(a, b, said.p, r, e);
	}
	report_close(r);
	buf_free(&said);
	return (rc);
}
