/* Rows counted by tenant, event type and day. */

#include "audit/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/instant.h"

#define TALLY_OTHERS "(others)"

struct tally *
tally_new(void)
{

	return (xcalloc(1, sizeof(struct tally)));
}

/* Count a row under a value; new values past TALLY_MAX are counted together as others. */
static void
tally_add(struct tally_list *l, const char *p, size_t len, bool finding)
{
	enum { SLOTS = 4 * TALLY_MAX };
	size_t slot = (size_t)(digest_xxh128(p, len).lo % SLOTS);
	struct tally_count *c;

	while (l->slots[slot] != 0) {
		c = &l->v[l->slots[slot] - 1];
		if (strlen(c->name) == len && memcmp(c->name, p, len) == 0)
			goto found;
		slot = (slot + 1) % SLOTS;
	}
	if (l->n >= TALLY_MAX) {
		c = &l->v[TALLY_MAX];
		if (l->n++ == TALLY_MAX)
			c->name = xstrdup(TALLY_OTHERS);
		l->n = TALLY_MAX + 1;
	} else {
		c = &l->v[l->n++];
		c->name = xstrndup(p, len);
		l->slots[slot] = (uint16_t)l->n;
	}
found:
	c->rows++;
	c->findings += finding;
}

/* Count a row under the field's text, or under "(none)" if it is NULL. */
static void
tally_field(struct tally_list *l, const struct stream_field *f, bool finding)
{

	if (f->null)
		tally_add(l, "(none)", 6, finding);
	else
		tally_add(l, f->p, f->len, finding);
}

void
tally_row(struct tally *t, const struct audit_table *table, const struct audit_row *row,
    enum verdict v, bool late)
{
	bool finding = !verdict_fine(v);
	char day[28];

	t->rows++;
	t->findings += finding;
	t->late += late;
	t->verdicts[v]++;
	tally_field(&t->tenants, &row->fields[table->tenant], finding);
	tally_field(&t->events, &row->fields[table->event], finding);
	if (row->timed)
		tally_add(&t->days, instant_text(day, row->created), 10, finding);
	else
		tally_add(&t->days, "(none)", 6, finding);
}

/* Order values by name, for qsort(). */
static int
tally_by_name(const void *a, const void *b)
{
	const struct tally_count *x = a, *y = b;

	return (strcmp(x->name, y->name));
}

/* Order values by rows, the most first, then by name, for qsort(). */
static int
tally_by_rows(const void *a, const void *b)
{
	const struct tally_count *x = a, *y = b;

	if (x->rows != y->rows)
		return (x->rows > y->rows ? -1 : 1);
	return (strcmp(x->name, y->name));
}

void
tally_sort(struct tally_list *l, bool by_name)
{

	qsort(l->v, l->n, sizeof(l->v[0]), by_name ? tally_by_name : tally_by_rows);
}

/* Free the names; the list itself is part of the tally. */
static void
tally_list_free(struct tally_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->v[i].name);
}

void
tally_free(struct tally *t)
{

	if (t == NULL)
		return;
	tally_list_free(&t->tenants);
	tally_list_free(&t->events);
	tally_list_free(&t->days);
	free(t);
}
