/* A definition laid over the columns of a stream. */

#include "entity/map_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* What is needed while a plan is made. */
struct map_planning {
	const struct entity_definition *d;
	const char *dataset;
	const char *const *columns;
	size_t ncolumns;
	long *feeds;            /* of each field: the column, or -1 */
	const char **qualified; /* of each column: the field that claims it by
	                               LAYOUT/VIEW:COLUMN, or NULL */
	bool *used;             /* of each column: feeds a field */
	bool *outdone;          /* of each field: another one has its column */
	map_notice_fn *notice;
	void *cookie;
};

static void map_plan_say(const struct map_planning *m, enum map_notice level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Format a notice, cut to 599 bytes, for the caller's function, if there is one. */
static void
map_plan_say(const struct map_planning *m, enum map_notice level, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (m->notice == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->notice(m->cookie, level, text);
}

/* Whether a fault in the field rejects the whole row. */
static bool
map_plan_hard(const struct field_definition *f)
{

	return (f->required || f->role == ROLE_IDENTITY);
}

/* A field's key without its dataset; NULL where that is another one. */
static const char *
map_plan_column_of(const struct map_planning *m, const struct field_definition *f, bool *qualified)
{
	const char *colon = strchr(f->rrc_key, ':');
	size_t n;

	*qualified = colon != NULL;
	if (colon == NULL)
		return (f->rrc_key);
	n = (size_t)(colon - f->rrc_key);
	if (strlen(m->dataset) != n || memcmp(m->dataset, f->rrc_key, n) != 0)
		return (NULL);
	return (colon + 1);
}

/* Field ${i} and its column; those that name the dataset come before the bare. */
static int
map_plan_match(struct map_planning *m, size_t i, bool want_qualified, struct err *e)
{
	const struct field_definition *f = &m->d->fields[i];
	const char *column;
	bool qualified;
	size_t k;

	if (f->rrc_key == NULL || (column = map_plan_column_of(m, f, &qualified)) == NULL ||
	    qualified != want_qualified)
		return (0);
	for (k = 0; k < m->ncolumns && strcmp(m->columns[k], column) != 0; k++)
		continue;
	if (k == m->ncolumns) {
		if (map_plan_hard(f))
			return (err_set(e, STATUS_CONFIG,
			    "type '%s', field '%s': %s has no "
			    "column '%s'",
			    m->d->type, f->key, m->dataset, column));
		map_plan_say(m, MAP_WARNING,
		    "%s has no column '%s', which is mapped to the "
		    "field '%s'",
		    m->dataset, column, f->key);
		return (0);
	}
	if (!qualified && m->qualified[k] != NULL) {
		if (map_plan_hard(f))
			return (err_set(e, STATUS_CONFIG,
			    "type '%s', field '%s': '%s:%s' is "
			    "mapped to the field '%s', so '%s' cannot feed this one",
			    m->d->type, f->key, m->dataset, column, m->qualified[k], column));
		m->outdone[i] = true;
		return (0);
	}
	if (qualified)
		m->qualified[k] = f->key;
	m->feeds[i] = (long)k;
	m->used[k] = true;
	return (0);
}

/* Add "'${name}'" to a list in words; what is too much for a line is left off. */
static void
map_plan_list(struct buf *list, const char *name)
{
	struct err ignored = ERR_INIT;

	(void)buf_addf(list, &ignored, "%s'%s'", list->len > 0 ? ", " : "", name);
}

/* Report columns that do not feed a field, fields that another outdoes, and required ones that are not
 * mapped: a line for each kind. */
static void
map_plan_leftovers(const struct map_planning *m)
{
	struct buf columns = BUF_INIT(512), outdone = BUF_INIT(512);
	struct err ignored = ERR_INIT;
	const struct field_definition *f;
	size_t i, n = 0;

	for (i = 0; i < m->ncolumns; i++)
		if (!m->used[i] && strcmp(m->columns[i], "_record") != 0 &&
		    strcmp(m->columns[i], "_offset") != 0) {
			map_plan_list(&columns, m->columns[i]);
			n++;
		}
	if (n > 0)
		map_plan_say(m, MAP_INFO,
		    n == 1 ? "the column %s of %s is not mapped" :
			     "the columns %s of %s are not mapped",
		    buf_str(&columns, &ignored), m->dataset);
	for (i = 0; i < m->d->n; i++)
		if (m->outdone[i])
			map_plan_list(&outdone, m->d->fields[i].key);
	if (outdone.len > 0)
		map_plan_say(m, MAP_INFO,
		    "columns of %s that would feed %s are mapped to other fields as '%s:COLUMN'",
		    m->dataset, buf_str(&outdone, &ignored), m->dataset);
	buf_free(&columns);
	buf_free(&outdone);
	for (i = 0; i < m->d->n; i++) {
		f = &m->d->fields[i];
		if (f->required && f->role != ROLE_IDENTITY && f->rrc_key == NULL &&
		    f->through == NULL)
			map_plan_say(m, MAP_WARNING, "the required field '%s' is not mapped",
			    f->key);
	}
}

/* Make a cell for each field that a column feeds, and sort the identity's cells by their order. */
static int
map_plan_cells(const struct map_planning *m, struct map_plan *p, struct err *e)
{
	size_t i, k;

	p->hashed = definition_hashed(m->d);
	p->cells = xcalloc(m->d->n, sizeof(*p->cells));
	p->identity = xcalloc(m->d->n, sizeof(*p->identity));
	for (i = 0; i < m->d->n; i++) {
		const struct field_definition *f = &m->d->fields[i];
		struct map_cell *c = &p->cells[p->n];

		if (m->feeds[i] < 0) {
			if (f->role != ROLE_IDENTITY)
				continue;
			return (err_set(e, STATUS_CONFIG,
			    "type '%s', field '%s': a part of "
			    "the identity, and no column of %s feeds it",
			    m->d->type, f->key, m->dataset));
		}
		c->field = f;
		c->column = (size_t)m->feeds[i];
		c->check = check_new(f);
		c->hard = map_plan_hard(f);
		if (f->role == ROLE_IDENTITY) {
			for (k = p->nidentity++;
			     k > 0 && p->cells[p->identity[k - 1]].field->order > f->order; k--)
				p->identity[k] = p->identity[k - 1];
			p->identity[k] = p->n;
		}
		p->n++;
	}
	p->bare_key = strcmp(m->d->type, "well") == 0;
	if (p->nidentity == 0)
		return (err_set(e, STATUS_CONFIG,
		    "the type '%s' has no field with the role identity", m->d->type));
	if (p->bare_key && p->nidentity > 1)
		return (err_set(e, STATUS_CONFIG,
		    "the identity of a well is its API number "
		    "alone, and the field '%s' is one more",
		    p->cells[p->identity[1]].field->key));
	return (0);
}

struct map_plan *
map_plan_new(const struct entity_definition *d, const char *dataset, const char *const *columns,
    size_t n, map_notice_fn *notice, void *cookie, struct err *e)
{
	struct map_planning m = { .d = d,
		.dataset = dataset,
		.columns = columns,
		.ncolumns = n,
		.notice = notice,
		.cookie = cookie };
	struct map_plan *p = xcalloc(1, sizeof(*p));
	int rc = 0, pass;
	size_t i;

	m.feeds = xcalloc(d->n, sizeof(*m.feeds));
	m.outdone = xcalloc(d->n, sizeof(*m.outdone));
	m.qualified = xcalloc(n, sizeof(*m.qualified));
	m.used = xcalloc(n, sizeof(*m.used));
	for (i = 0; i < d->n; i++)
		m.feeds[i] = -1;
	for (pass = 0; pass < 2; pass++)
		for (i = 0; rc == 0 && i < d->n; i++)
			rc = map_plan_match(&m, i, pass == 0, e);
	if (rc == 0)
		rc = map_plan_cells(&m, p, e);
	if (rc == 0)
		map_plan_leftovers(&m);
	free(m.feeds);
	free(m.outdone);
	free(m.qualified);
	free(m.used);
	if (rc) {
		map_plan_free(p);
		return (NULL);
	}
	return (p);
}

void
map_plan_free(struct map_plan *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; p->cells != NULL && i < p->n; i++)
		check_free(p->cells[i].check);
	free(p->cells);
	free(p->identity);
	free(p);
}
