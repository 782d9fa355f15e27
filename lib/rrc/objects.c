/* The objects of JSON files. */

#include "rrc/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/json_items.h"
#include "base/trim.h"

struct objects {
	const struct layout *l;
	struct framer *f;
	const char *name;
	struct json_items *items;
	bool over;
	struct span *spans;
	struct buf text; /* values of one object */
	uint64_t number;
};

struct objects *
objects_open(const struct layout *l, struct framer *f, struct charset *c, const char *name)
{
	struct objects *o = xcalloc(1, sizeof(*o));

	charset_init(c, CHARSET_UTF8);
	frame_set(f, c, FRAME_LINES);
	o->l = l;
	o->f = f;
	o->name = name;
	o->items = json_items_new(l->text.items, l->length);
	o->spans = xcalloc(l->segments[0].nfields, sizeof(*o->spans));
	/* Escapes make a text shorter, numbers stand as they are; a list may gain a little. */
	o->text.max = 4 * l->length + 1024;
	return (o);
}

/* The member of the object whose key, without spaces around it, is the ${n} bytes at ${key}. */
static const struct json *
objects_member(const struct json *j, const char *key, size_t n)
{
	const struct json *m;

	for (m = j->child; m != NULL; m = m->next) {
		size_t len = m->key_len;
		const char *p = trim_spaces(m->key, &len);

		if (len == n && memcmp(p, key, n) == 0)
			return (m);
	}
	return (NULL);
}

/* The value that a field's name leads to, or NULL. */
static const struct json *
objects_find(const struct json *j, const char *name)
{
	size_t n;

	for (;; name += n + 1) {
		if (j != NULL && j->kind == JSON_ARRAY)
			j = j->child;
		if (j == NULL || j->kind != JSON_OBJECT)
			return (NULL);
		n = strcspn(name, "/");
		j = objects_member(j, name, n);
		if (name[n] == '\0')
			return (j);
	}
}

/* Append a value as text: nothing for null. */
static int
objects_text(const struct json *j, struct buf *out, struct err *e)
{
	struct json_writer *w;
	int rc;

	if (j == NULL || j->kind == JSON_NULL)
		return (0);
	if (j->kind == JSON_BOOL)
		return (buf_adds(out, j->truth ? "true" : "false", e));
	if (j->kind == JSON_STRING || j->kind == JSON_NUMBER)
		return (buf_add(out, j->text, j->len, e));
	w = json_writer_new(out);
	json_put_value(w, j);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc);
}

/* Set the spans to the object's values. */
static int
objects_cut(struct objects *o, const struct json *j, struct err *e)
{
	const struct layout_segment *s = &o->l->segments[0];
	size_t i, at;

	o->text.len = 0;
	if (buf_reserve(&o->text, 1, e))
		return (-1);
	for (i = 0; i < s->nfields; i++) {
		at = o->text.len;
		if (objects_text(objects_find(j, s->fields[i].name), &o->text, e))
			return (-1);
		o->spans[i].at = (uint32_t)at;
		o->spans[i].len = (uint32_t)(o->text.len - at);
	}
	return (0);
}

/* The next object's bytes, reading on as needed.  1, 0 at the end, -1. */
static int
objects_raw(struct objects *o, struct frame *fr, struct err *e)
{
	const unsigned char *p;
	const char *raw;
	ssize_t n;

	while ((raw = json_items_next(o->items, &fr->len, &fr->offset)) == NULL) {
		if (o->over)
			return (0);
		if ((n = frame_block(o->f, &p, e)) < 0)
			return (-1);
		o->over = n == 0;
		if (json_items_feed(o->items, p, (size_t)n, e))
			return (err_prefix(e, "'%s'", o->name));
	}
	fr->p = (const unsigned char *)raw;
	fr->full = fr->len;
	fr->number = ++o->number;
	fr->cut = false;
	fr->spans = NULL;
	return (1);
}

enum text_result
objects_next(struct objects *o, struct frame *fr, int *segment, struct fault_list *faults,
    struct err *e)
{
	struct err bad = ERR_INIT;
	struct json *j;
	int rc;

	*segment = 0;
	if ((rc = objects_raw(o, fr, e)) <= 0)
		return (rc < 0 ? TEXT_FAILED : TEXT_END);
	if ((j = json_parse((const char *)fr->p, fr->len, &bad)) == NULL) {
		fault_add(faults, "bad_character", NULL, NULL, 0, "%s", bad.msg);
		return (TEXT_STRAY);
	}
	rc = objects_cut(o, j, &bad);
	json_free(j);
	if (rc) {
		fault_add(faults, "long_record", NULL, NULL, 0, "%s", bad.msg);
		return (TEXT_STRAY);
	}
	fr->text = (const unsigned char *)o->text.p;
	fr->spans = o->spans;
	return (TEXT_RECORD);
}

void
objects_free(struct objects *o)
{

	if (o == NULL)
		return;
	json_items_free(o->items);
	buf_free(&o->text);
	free(o->spans);
	free(o);
}
