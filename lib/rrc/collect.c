/* Columns made of all records of a segment. */

#include "rrc/collect.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum collect_kind { COLLECT_ANY, COLLECT_MIN, COLLECT_MAX_VALUE, COLLECT_ALL, COLLECT_ITEMS };

/* A member of each object of a list. */
struct collect_item {
	const char *name;
	struct value *value;
};

struct collect {
	const char *name;
	enum collect_kind kind;
	struct value *value;
	struct collect_item *items;
	size_t nitems;
	const char *join; /* between the values of "all" */
	char *text;       /* one value */
	bool any;
	bool full; /* more than COLLECT_MAX bytes */
	struct buf out;
	size_t *ends; /* in "out", of each value of "all": only "join" stands between them */
	size_t nends, ends_max;
	struct json_writer *json;
};

bool
collect_is(const char *pick)
{

	return (strcmp(pick, "any") == 0 || strcmp(pick, "min") == 0 || strcmp(pick, "max") == 0 ||
	    strcmp(pick, "all") == 0);
}

/* "items: {NAME: {conversion}, ...}". */
static int
collect_parse_items(const struct layout *l, const struct charset *c, const struct layout_segment *s,
    const struct conf_node *items, struct collect *g, size_t *size, struct err *e)
{
	static const char *const keys[] = { VALUE_KEYS, NULL };
	const struct conf_node *n;

	if (items->kind != CONF_MAP || items->n == 0)
		return (conf_fail(l->conf, items, e, "'items' must be {NAME: {...}, ...}"));
	g->items = xcalloc(items->n, sizeof(*g->items));
	for (n = items->child; n != NULL; n = n->next) {
		struct collect_item *it = &g->items[g->nitems];

		it->name = n->key;
		if (conf_only(l->conf, n, keys, e) ||
		    (it->value = value_parse(l, c, s, n, NULL, e)) == NULL)
			return (-1);
		g->nitems++;
		if (value_size(it->value) > *size)
			*size = value_size(it->value);
	}
	return (0);
}

/* What is collected: a conversion, objects, or nothing but that there is a record. */
static int
collect_parse_what(const struct layout *l, const struct charset *c, const struct layout_segment *s,
    const struct conf_node *node, const char *pick, struct collect *g, size_t *size, struct err *e)
{
	static const char *const keys[] = { VALUE_KEYS, COLLECT_KEYS, NULL };
	const struct conf_node *items = conf_get(node, "items");
	size_t i;

	g->kind = strcmp(pick, "any") == 0 ? COLLECT_ANY :
	    strcmp(pick, "min") == 0       ? COLLECT_MIN :
	    strcmp(pick, "max") == 0       ? COLLECT_MAX_VALUE :
	    items != NULL                  ? COLLECT_ITEMS :
					     COLLECT_ALL;
	for (i = 0; keys[i] != NULL; i++) {
		const struct conf_node *k = conf_get(node, keys[i]);

		if (k == NULL || (g->kind == COLLECT_ITEMS && k == items))
			continue;
		if (g->kind == COLLECT_ANY || g->kind == COLLECT_ITEMS || k == items ||
		    (g->kind != COLLECT_ALL && strcmp(keys[i], "join") == 0))
			return (conf_fail(l->conf, k, e, "'%s' cannot be used with 'pick: %s'%s",
			    keys[i], pick, items != NULL ? " and 'items'" : ""));
	}
	if (g->kind == COLLECT_ANY)
		return (0);
	if (g->kind == COLLECT_ITEMS)
		return (collect_parse_items(l, c, s, items, g, size, e));
	if ((g->join = conf_text(l->conf, node, "join", ", ", e)) == NULL ||
	    (g->value = value_parse(l, c, s, node, g->name, e)) == NULL)
		return (-1);
	*size = value_size(g->value);
	return (0);
}

struct collect *
collect_parse(const struct layout *l, const struct charset *c, const struct layout_segment *s,
    const struct conf_node *node, const char *name, const char *pick, struct err *e)
{
	struct collect *g = xcalloc(1, sizeof(*g));
	size_t size = 0;

	g->name = name;
	g->out.max = COLLECT_MAX;
	if (collect_parse_what(l, c, s, node, pick, g, &size, e)) {
		collect_free(g);
		return (NULL);
	}
	g->text = xcalloc(1, size + 1);
	return (g);
}

/* Is the value among those collected already? */
static bool
collect_has(const struct collect *g, const char *p, size_t len)
{
	const size_t join = strlen(g->join);
	size_t i, at = 0;

	for (i = 0; i < g->nends; at = g->ends[i++] + join)
		if (g->ends[i] - at == len && memcmp(g->out.p + at, p, len) == 0)
			return (true);
	return (false);
}

/* A value of "all", where it is a new one. */
static int
collect_all(struct collect *g, const char *p, size_t len, struct err *e)
{

	if (collect_has(g, p, len))
		return (0);
	if ((g->nends > 0 && buf_adds(&g->out, g->join, e)) || buf_add(&g->out, p, len, e))
		return (-1);
	if (g->nends == g->ends_max)
		g->ends = xgrow(g->ends, &g->ends_max, sizeof(*g->ends));
	g->ends[g->nends++] = g->out.len;
	return (0);
}

/* A value of "min", "max" or "all". */
static int
collect_value(struct collect *g, const char *p, size_t len, struct err *e)
{
	const size_t n = len < g->out.len ? len : g->out.len;
	int c;

	if (g->kind == COLLECT_ALL)
		return (collect_all(g, p, len, e));
	c = g->any ? memcmp(p, g->out.p, n) : 0;
	if (c == 0)
		c = len < g->out.len ? -1 : len > g->out.len;
	if (g->any && (g->kind == COLLECT_MIN ? c >= 0 : c <= 0))
		return (0);
	g->out.len = 0;
	return (buf_add(&g->out, p, len, e));
}

/* An object of the list. */
static void
collect_object(struct collect *g, const struct record *rec, struct fault_list *faults)
{
	enum value_result res;
	size_t i, len;

	if (g->json == NULL) {
		g->json = json_writer_new(&g->out);
		json_put_array(g->json);
	}
	json_put_object(g->json);
	for (i = 0; i < g->nitems; i++) {
		res = value_eval(g->items[i].value, rec, g->text, &len, g->name, NULL, faults);
		json_put_key(g->json, g->items[i].name);
		if (res == VALUE_NULL)
			json_put_null(g->json);
		else if (value_is_number(g->items[i].value))
			json_put_number(g->json, g->text, len);
		else
			json_put_text(g->json, g->text, len);
	}
	json_put_close(g->json);
}

void
collect_add(struct collect *g, const struct record *rec, struct fault_list *faults)
{
	struct err e = ERR_INIT;
	enum value_result res;
	size_t len;

	if (g->kind == COLLECT_ITEMS)
		collect_object(g, rec, faults);
	if (g->kind == COLLECT_ANY || g->kind == COLLECT_ITEMS) {
		g->any = true;
		return;
	}
	res = value_eval(g->value, rec, g->text, &len, g->name, NULL, faults);
	if (res == VALUE_NULL)
		return;
	g->full |= collect_value(g, g->text, len, &e) != 0;
	g->any = true;
}

/* The list's end. */
static void
collect_end_items(struct collect *g)
{
	struct err e = ERR_INIT;

	if (g->json == NULL)
		return;
	json_put_close(g->json);
	g->full |= json_writer_end(g->json, &e) != 0;
	json_writer_free(g->json);
	g->json = NULL;
}

void
collect_put(struct collect *g, struct stream_writer *w, struct fault_list *faults)
{

	collect_end_items(g);
	if (g->full)
		fault_add(faults, "too_long", g->name, NULL, 0, "more than %d bytes", COLLECT_MAX);
	if (g->kind == COLLECT_ANY)
		stream_writer_plain(w, g->any ? "true" : "false", g->any ? 4 : 5);
	else if (!g->any || g->full)
		stream_writer_null(w);
	else
		stream_writer_text(w, g->out.p, g->out.len);
	g->out.len = g->nends = 0;
	g->any = g->full = false;
}

void
collect_fields(const struct collect *g, const struct record *rec, value_field_fn *each,
    void *cookie)
{
	size_t i;

	if (g->value != NULL)
		value_fields(g->value, rec, each, cookie);
	for (i = 0; i < g->nitems; i++)
		value_fields(g->items[i].value, rec, each, cookie);
}

void
collect_free(struct collect *g)
{
	size_t i;

	if (g == NULL)
		return;
	json_writer_free(g->json);
	for (i = 0; i < g->nitems; i++)
		value_free(g->items[i].value);
	free(g->items);
	value_free(g->value);
	buf_free(&g->out);
	free(g->ends);
	free(g->text);
	free(g);
}
