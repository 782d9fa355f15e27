/* The objects of a list in a long JSON text. */

#include "base/json_items.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "base/buf.h"
#include "base/trim.h"

enum { ITEMS_MAX_PATH = 8, ITEMS_MAX_BYTES = 512 << 20 };

struct item {
	size_t at, len; /* in json_items.text */
	uint64_t offset;
};

struct json_items {
	yajl_handle yajl;
	char *keys;
	const char *path[ITEMS_MAX_PATH];
	size_t npath;
	size_t depth;   /* open objects and lists */
	size_t matched; /* keys of the path that lead to where we are */
	bool next;      /* the value that follows is the next key's */
	bool found;     /* the list has been seen */
	size_t list;    /* depth inside of the list; 0: outside */
	bool open;      /* inside of an object of it */
	bool strange;   /* the list holds something else */
	const char *p;  /* the piece that is parsed */
	size_t from;    /* begin of the object that is open in it */
	uint64_t base;  /* offset of the piece */
	size_t max;
	struct buf text;
	struct item *items;
	size_t n, cap, taken;
	struct err failed;
};

/* The parser has taken so many bytes of the piece. */
static size_t
items_at(const struct json_items *it)
{

	return (yajl_get_bytes_consumed(it->yajl));
}

/* A value that is neither object nor list. */
static int
items_scalar(struct json_items *it)
{

	it->next = false;
	if (it->list == 0 || it->depth != it->list)
		return (1);
	it->strange = true;
	return (0);
}

/* yajl's callbacks for scalars. */
static int
items_null(void *ctx)
{

	return (items_scalar(ctx));
}

/* A truth value. */
static int
items_boolean(void *ctx, int v)
{

	(void)v;
	return (items_scalar(ctx));
}

/* A number, as written. */
static int
items_number(void *ctx, const char *p, size_t n)
{

	(void)p;
	(void)n;
	return (items_scalar(ctx));
}

/* A text. */
static int
items_string(void *ctx, const unsigned char *p, size_t n)
{

	(void)p;
	(void)n;
	return (items_scalar(ctx));
}

/* A key: is it the next of the path?  Spaces around it do not count. */
static int
items_key(void *ctx, const unsigned char *p, size_t n)
{
	struct json_items *it = ctx;
	const char *want, *key;

	it->next = false;
	if (it->list > 0 || it->matched == it->npath || it->depth != it->matched + 1)
		return (1);
	key = trim_spaces((const char *)p, &n);
	want = it->path[it->matched];
	it->next = strlen(want) == n && memcmp(want, key, n) == 0;
	return (1);
}

/* An object or a list begins. */
static void
items_enter(struct json_items *it, bool list)
{

	if (it->next) {
		it->next = false;
		it->matched++;
	}
	if (list && !it->found && it->matched == it->npath && it->depth == it->npath) {
		it->list = it->depth + 1;
		it->found = true;
	}
	it->depth++;
}

/* One ends. */
static void
items_leave(struct json_items *it)
{

	it->depth--;
	if (it->list > it->depth)
		it->list = 0;
	if (it->matched > 0 && it->matched == it->depth)
		it->matched--;
}

/* An object begins: perhaps one of the list. */
static int
items_start_map(void *ctx)
{
	struct json_items *it = ctx;

	if (it->list > 0 && it->depth == it->list) {
		it->from = items_at(it) - 1;
		it->open = true;
		if (it->n == it->cap)
			it->items = xgrow(it->items, &it->cap, sizeof(*it->items));
		it->items[it->n].at = it->text.len;
		it->items[it->n].offset = it->base + it->from;
	}
	items_enter(it, false);
	return (1);
}

/* Keep the open object's bytes up to ${end} of the piece. */
static int
items_keep(struct json_items *it, size_t end)
{
	const size_t had = it->text.len - it->items[it->n].at;

	if (had + (end - it->from) > it->max)
		return (err_set(&it->failed, STATUS_DATA,
		    "the object at byte %llu is longer than the %zu bytes that are allowed",
		    (unsigned long long)it->items[it->n].offset, it->max));
	return (buf_add(&it->text, it->p + it->from, end - it->from, &it->failed));
}

/* An object ends: keep it where it is one of the list. */
static int
items_end_map(void *ctx)
{
	struct json_items *it = ctx;

	items_leave(it);
	if (!it->open || it->depth != it->list)
		return (1);
	it->open = false;
	if (items_keep(it, items_at(it)))
		return (0);
	it->items[it->n].len = it->text.len - it->items[it->n].at;
	it->n++;
	return (1);
}

/* A list begins. */
static int
items_start_array(void *ctx)
{
	struct json_items *it = ctx;

	if (it->list > 0 && it->depth == it->list) {
		it->strange = true;
		return (0);
	}
	items_enter(it, true);
	return (1);
}

/* A list ends. */
static int
items_end_array(void *ctx)
{

	items_leave(ctx);
	return (1);
}

struct json_items *
json_items_new(const char *path, size_t max)
{
	static const yajl_callbacks callbacks = { items_null, items_boolean, NULL, NULL,
		items_number, items_string, items_start_map, items_key, items_end_map,
		items_start_array, items_end_array };
	struct json_items *it = xcalloc(1, sizeof(*it));
	char *p;

	it->keys = xstrdup(path);
	for (p = it->keys; *p != '\0' && it->npath < ITEMS_MAX_PATH; p++) {
		it->path[it->npath++] = p;
		p += strcspn(p, "/");
		if (*p == '\0')
			break;
		*p = '\0';
	}
	it->max = max;
	it->text.max = ITEMS_MAX_BYTES;
	if ((it->yajl = yajl_alloc(&callbacks, NULL, it)) == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	return (it);
}

/* The text is over: was it whole, and was the list in it? */
static int
items_end(struct json_items *it, struct err *e)
{

	if (yajl_complete_parse(it->yajl) != yajl_status_ok)
		return (err_set(e, STATUS_DATA, "the JSON ends before it is whole, at byte %llu",
		    (unsigned long long)it->base));
	if (it->found)
		return (0);
	return (err_set(e, STATUS_DATA,
	    it->npath == 0 ? "the JSON is not a list" : "the JSON has no list '%s'",
	    it->npath == 0 ? "" : it->path[it->npath - 1]));
}

int
json_items_feed(struct json_items *it, const void *p, size_t n, struct err *e)
{
	const size_t pending = it->open ? it->text.len - it->items[it->n].at : 0;

	/* What was handed out goes; the begin of an open object stays. */
	if (pending > 0)
		memmove(it->text.p, it->text.p + it->items[it->n].at, pending);
	it->text.len = pending;
	if (it->open && it->n > 0)
		it->items[0] = it->items[it->n];
	if (it->open)
		it->items[0].at = 0;
	it->n = it->taken = 0;
	if (n == 0)
		return (items_end(it, e));
	it->p = p;
	it->from = 0;
	if (yajl_parse(it->yajl, p, n) != yajl_status_ok) {
		if (it->failed.status != STATUS_OK)
			return (err_set(e, it->failed.status, "%s", it->failed.msg));
		return (err_set(e, STATUS_DATA,
		    it->strange ? "byte %llu: the list holds something that is not an object" :
				  "byte %llu: this is not JSON",
		    (unsigned long long)(it->base + items_at(it))));
	}
	if (it->open && items_keep(it, n))
		return (err_set(e, it->failed.status, "%s", it->failed.msg));
	it->base += n;
	return (0);
}

const char *
json_items_next(struct json_items *it, size_t *len, uint64_t *offset)
{
	const struct item *i;

	if (it->taken == it->n)
		return (NULL);
	i = &it->items[it->taken++];
	*len = i->len;
	*offset = i->offset;
	return (it->text.p + i->at);
}

void
json_items_free(struct json_items *it)
{

	if (it == NULL)
		return;
	yajl_free(it->yajl);
	buf_free(&it->text);
	free(it->items);
	free(it->keys);
	free(it);
}
