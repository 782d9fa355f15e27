/* The views of a layout: columns and what they are made of. */

#include "rrc/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

static const char *const view_keys[] = { "rows", "key", "columns", NULL };
static const char *const view_column_keys[] = { "name", "from", "pick", "where", "under",
	COLLECT_KEYS, VALUE_KEYS, NULL };

/* What a column says of its records. */
struct view_pick {
	const char
	    *word; /* first, last, count, any, min, max, all, or a number; NULL: the only one */
	int64_t nth;
	bool collects;
};

/* The slot for what ${want} says; a new one where no column had it. */
static size_t
view_slot(struct view *v, const struct view_slot *want)
{
	size_t i;

	for (i = 0; i < v->nslots && want->where == NULL && want->collect == NULL; i++)
		if (v->slots[i].segment == want->segment && v->slots[i].nth == want->nth &&
		    v->slots[i].within == want->within && v->slots[i].where == NULL &&
		    v->slots[i].collect == NULL)
			return (i);
	v->slots[v->nslots] = *want;
	return (v->nslots++);
}

/* "pick: ...": which of the records below the row's own. */
static int
view_pick(const struct layout *l, const struct view *v, const struct conf_node *n, size_t segment,
    struct view_pick *pick, struct err *e)
{
	const struct layout_segment *s = &l->segments[segment], *own = &l->segments[v->rows];
	const struct conf_node *node = conf_get(n, "pick");
	uint64_t nth;

	memset(pick, 0, sizeof(*pick));
	if (segment == v->rows || (own->ancestors & s->bit) != 0) {
		if (node != NULL || conf_get(n, "where") != NULL || conf_get(n, "under") != NULL)
			return (conf_fail(l->conf, node ? node : n, e,
			    "there is only one record of segment %s "
			    "to a row",
			    s->id));
		return (0);
	}
	if ((s->ancestors & own->bit) == 0)
		return (conf_fail(l->conf, conf_get(n, "from"), e,
		    "segment %s is neither above nor below %s", s->id, own->id));
	if (layout_above(s) < 0)
		return (conf_fail(l->conf, conf_get(n, "from"), e,
		    "segment %s is in another file, below %s", s->id, own->id));
	if (node == NULL || node->kind != CONF_SCALAR)
		return (conf_fail(l->conf, node ? node : n, e,
		    "a row may have several records of segment %s: 'pick' must be first, last, "
		    "count, any, min, max, all or a number",
		    s->id));
	pick->word = node->text;
	pick->nth = VIEW_LAST;
	pick->collects = collect_is(node->text);
	if (strcmp(node->text, "first") == 0)
		pick->nth = 1;
	else if (strcmp(node->text, "count") == 0)
		pick->nth = VIEW_COUNT;
	else if (num_u64(node->text, node->len, 1, 1000000, &nth) == 0)
		pick->nth = (int64_t)nth;
	else if (!pick->collects && strcmp(node->text, "last") != 0)
		return (conf_fail(l->conf, node, e,
		    "'pick' must be first, last, count, any, min, max, all or a number from 1"));
	return (0);
}

/* "where" and "under": which of the records count. */
static int
view_narrow(const struct layout *l, struct view *v, const struct charset *c,
    const struct conf_node *n, struct view_slot *slot, struct err *e)
{
	const struct layout_segment *s = &l->segments[slot->segment];
	const struct conf_node *where = conf_get(n, "where"), *under = conf_get(n, "under");

	slot->within = -1;
	if (under != NULL) {
		if (under->kind != CONF_SCALAR || strcmp(under->text, "first") != 0 ||
		    s->parent < 0 || (size_t)s->parent == v->rows)
			return (conf_fail(l->conf, under, e,
			    "'under' can only be first: records below the first one of their parent, "
			    "of which a row may have several"));
		slot->within = s->parent;
		v->used |= l->segments[s->parent].bit;
		v->counted |= l->segments[s->parent].bit;
	}
	if (where != NULL && (slot->where = condition_parse(l, c, s, where, e)) == NULL)
		return (-1);
	return (0);
}

/* The column's name: new, and not one of the stream's own. */
static int
view_name(const struct layout *l, const struct view *v, const struct conf_node *n, const char *name,
    struct err *e)
{
	size_t i;

	if (name[0] == '\0' || name[0] == '_')
		return (
		    conf_fail(l->conf, conf_get(n, "name"), e, "this is not the name of a column"));
	for (i = 0; i < v->ncolumns; i++)
		if (strcmp(v->columns[i].name, name) == 0)
			return (conf_fail(l->conf, n, e, "two columns are called '%s'", name));
	return (0);
}

/* What becomes of the column's records: a count, a collection, or one record's value. */
static int
view_content(const struct layout *l, struct view *v, const struct charset *c,
    const struct conf_node *n, const struct view_pick *pick, struct view_slot *slot, struct err *e)
{
	struct view_column *col = &v->columns[v->ncolumns - 1];
	const struct layout_segment *s = &l->segments[slot->segment];
	size_t i;

	for (i = 5; view_column_keys[i] != NULL; i++) {
		const struct conf_node *k = conf_get(n, view_column_keys[i]);

		if (k != NULL && (slot->nth == VIEW_COUNT || (i < 7 && !pick->collects)))
			return (conf_fail(l->conf, k, e, "'%s' cannot be used with 'pick: %s'",
			    view_column_keys[i], pick->word != NULL ? pick->word : "none"));
	}
	if (slot->nth == VIEW_COUNT || pick->collects)
		v->counted |= s->bit;
	if (pick->collects) {
		col->collect = slot->collect = collect_parse(l, c, s, n, col->name, pick->word, e);
		if (slot->collect == NULL)
			return (-1);
	}
	col->slot = view_slot(v, slot);
	slot->where = NULL; /* the slot's own now */
	if (slot->nth == VIEW_COUNT)
		col->count = (int)col->slot;
	if (slot->nth == VIEW_COUNT || pick->collects)
		return (0);
	if ((col->value = value_parse(l, c, s, n, col->name, e)) == NULL)
		return (-1);
	col->stands = value_may_stand(col->value);
	if (value_size(col->value) > v->size)
		v->size = value_size(col->value);
	return (0);
}

/* Read one entry of 'columns' and append it. */
static int
view_column(const struct layout *l, struct view *v, const struct charset *c,
    const struct conf_node *n, struct err *e)
{
	struct view_slot slot = { .within = -1 };
	struct view_pick pick;
	const char *from, *name;
	int s, rc;

	if (conf_only(l->conf, n, view_column_keys, e) ||
	    (name = conf_text(l->conf, n, "name", NULL, e)) == NULL ||
	    (from = conf_text(l->conf, n, "from", l->segments[v->rows].id, e)) == NULL ||
	    view_name(l, v, n, name, e))
		return (-1);
	v->columns[v->ncolumns].name = name;
	v->columns[v->ncolumns++].count = -1;
	if ((s = layout_segment(l, from)) < 0)
		return (conf_fail(l->conf, conf_get(n, "from"), e, "segment '%s' does not exist",
		    from));
	slot.segment = (size_t)s;
	rc = view_pick(l, v, n, slot.segment, &pick, e) || view_narrow(l, v, c, n, &slot, e);
	slot.nth = pick.nth;
	if (rc == 0) {
		v->used |= l->segments[s].bit;
		rc = view_content(l, v, c, n, &pick, &slot, e);
	}
	condition_free(slot.where);
	return (rc);
}

/* Mark the columns that 'key' lists; each must come from the row's own segment or one above. */
static int
view_key(const struct layout *l, struct view *v, const struct conf_node *n, struct err *e)
{
	const struct conf_node *list = conf_get(n, "key"), *k;
	const struct layout_segment *own = &l->segments[v->rows];
	size_t i;

	if (list == NULL || list->kind != CONF_LIST || list->n == 0)
		return (conf_fail(l->conf, list ? list : n, e,
		    "a view needs a 'key': a list of columns"));
	for (k = list->child; k != NULL; k = k->next) {
		for (i = 0; i < v->ncolumns; i++)
			if (k->kind == CONF_SCALAR && strcmp(v->columns[i].name, k->text) == 0)
				break;
		if (i == v->ncolumns)
			return (conf_fail(l->conf, k, e, "the key names no column of the view"));
		if (v->columns[i].count >= 0 || v->columns[i].collect != NULL ||
		    ((own->ancestors | own->bit) &
			l->segments[v->slots[v->columns[i].slot].segment].bit) == 0)
			return (conf_fail(l->conf, k, e,
			    "'%s' comes from below segment %s and cannot be "
			    "part of the key",
			    k->text, own->id));
		v->columns[i].key = true;
	}
	return (0);
}

/* Compile the view's entry ${n} into ${v}; slot 0 becomes the row's own record. */
static int
view_parse(const struct layout *l, struct view *v, const struct charset *c,
    const struct conf_node *n, struct err *e)
{
	struct view_slot own = { .nth = VIEW_LAST, .within = -1 };
	const struct conf_node *columns, *k;
	const char *rows;
	int s;

	if (conf_only(l->conf, n, view_keys, e) ||
	    (rows = conf_text(l->conf, n, "rows", NULL, e)) == NULL)
		return (-1);
	if ((s = layout_segment(l, rows)) < 0)
		return (conf_fail(l->conf, conf_get(n, "rows"), e, "segment '%s' does not exist",
		    rows));
	v->rows = own.segment = (size_t)s;
	columns = conf_get(n, "columns");
	if (columns == NULL || columns->kind != CONF_LIST || columns->n == 0 ||
	    columns->n > LAYOUT_MAX_FIELDS)
		return (conf_fail(l->conf, columns ? columns : n, e,
		    "a view needs 'columns': a list of up to %d", LAYOUT_MAX_FIELDS));
	v->columns = xcalloc(columns->n, sizeof(*v->columns));
	v->slots = xcalloc(columns->n + 1, sizeof(*v->slots));
	(void)view_slot(v, &own);
	for (k = columns->child; k != NULL; k = k->next)
		if (view_column(l, v, c, k, e))
			return (-1);
	return (view_key(l, v, n, e));
}

/* The layout's map of views, or NULL; its kind is not checked. */
static const struct conf_node *
view_list(const struct layout *l)
{

	return (conf_get(conf_root(l->conf), "views"));
}

struct view *
view_new(const struct layout *l, const char *name, const struct charset *c, struct err *e)
{
	const struct conf_node *list = view_list(l), *n;
	struct view *v;
	char names[300] = "";
	size_t used = 0;

	if (list != NULL && list->kind != CONF_MAP) {
		(void)conf_fail(l->conf, list, e, "'views' must be a map of views");
		return (NULL);
	}
	if ((n = conf_get(list, name)) == NULL) {
		for (n = list ? list->child : NULL; n != NULL && used < sizeof(names); n = n->next)
			used += (size_t)snprintf(names + used, sizeof(names) - used, " %s", n->key);
		(void)err_set(e, STATUS_USAGE, "layout %s has no view '%s'", l->name, name);
		(void)err_hint(e, "it has:%s", names[0] ? names : " none");
		return (NULL);
	}
	v = xcalloc(1, sizeof(*v));
	v->name = n->key;
	if (view_parse(l, v, c, n, e) == 0)
		return (v);
	view_free(v);
	return (NULL);
}

int
view_rows(const struct layout *l, const char *name)
{
	const struct conf_node *rows = conf_get(conf_get(view_list(l), name), "rows");

	return (rows != NULL && rows->kind == CONF_SCALAR ? layout_segment(l, rows->text) : -1);
}

int
view_check(const struct layout *l, struct err *e)
{
	const struct conf_node *list = view_list(l), *n;
	struct charset *c;
	struct view *v;
	int rc = 0;

	if (list == NULL)
		return (0);
	if (list->kind != CONF_MAP)
		return (conf_fail(l->conf, list, e, "'views' must be a map of views"));
	c = xcalloc(1, sizeof(*c));
	charset_init(c, CHARSET_ASCII);
	for (n = list->child; n != NULL && rc == 0; n = n->next) {
		/* The name becomes part of a stream's kind. */
		if (n->key[0] == '\0' || strlen(n->key) > 60 ||
		    strspn(n->key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(n->key))
			rc = conf_fail(l->conf, n, e, "a view's name is made of a-z, 0-9, _ and -");
		else if ((v = view_new(l, n->key, c, e)) == NULL)
			rc = -1;
		else
			view_free(v);
	}
	free(c);
	return (rc);
}

void
view_free(struct view *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->ncolumns; i++) {
		value_free(v->columns[i].value);
		collect_free(v->columns[i].collect);
	}
	for (i = 0; i < v->nslots; i++)
		condition_free(v->slots[i].where);
	free(v->columns);
	free(v->slots);
	free(v);
}
