#include "base/json.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>

#include "base/num.h"
#include "base/utf8.h"

enum { JSON_MAX_DEPTH = 64, JSON_MAX_BYTES = 256 << 20, JSON_BLOCK = 64 << 10 };

/*
 * A value lies in a few blocks of memory, its root at the beginning of the first one: a row's
 * JSON costs one allocation, not one for each node and text.
 */
struct json_block {
	struct json_block *next; /* older */
	size_t used, size;       /* bytes behind this header */
};

struct json_doc {
	struct json_block *last; /* the newest block; the oldest holds this document */
	struct json root;
};

/* A parse under way, and where the next child of each open array or object goes. */
struct json_build {
	struct json_doc *doc;
	bool rooted; /* the root is there */
	struct json **tail[JSON_MAX_DEPTH + 1];
	size_t depth;
	const char *key; /* of the next value, where it is a member */
	size_t key_len;
	const char *fault; /* what yajl can't know */
};

static struct json_block *
json_block(size_t size, struct json_block *next)
{
	struct json_block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	b->next = next;
	b->used = 0;
	b->size = size;
	return (b);
}

/* ${n} bytes, aligned for a node. */
static void *
json_alloc(struct json_build *j, size_t n)
{
	struct json_block *b = j->doc->last;
	char *p;

	n = (n + 15) / 16 * 16;
	if (b->size - b->used < n)
		b = j->doc->last = json_block(n > JSON_BLOCK ? n : JSON_BLOCK, b);
	p = (char *)(b + 1) + b->used;
	b->used += n;
	return (p);
}

/* A document whose first block holds what ${len} bytes of JSON mostly need. */
static struct json_doc *
json_doc(size_t len)
{
	size_t head = (sizeof(struct json_doc) + 15) / 16 * 16;
	size_t size = head + (len < JSON_BLOCK / 8 ? 8 * len + 256 : JSON_BLOCK);
	struct json_block *b = json_block(size, NULL);
	struct json_doc *d = (struct json_doc *)(void *)(b + 1);

	b->used = head;
	memset(d, 0, sizeof(*d));
	d->last = b;
	return (d);
}

static void
json_doc_free(struct json_doc *d)
{
	struct json_block *b, *next;

	for (b = d->last; b != NULL; b = next) {
		next = b->next; /* the oldest, with ${d} in it, is the last to go */
		free(b);
	}
}

void
json_free(struct json *root)
{

	if (root != NULL)
		json_doc_free(
		    (struct json_doc *)(void *)((char *)root - offsetof(struct json_doc, root)));
}

static struct json *
json_add(struct json_build *b, enum json_kind kind)
{
	struct json *j = b->rooted ? json_alloc(b, sizeof(*j)) : &b->doc->root;

	memset(j, 0, sizeof(*j));
	j->kind = kind;
	j->key = b->key;
	j->key_len = b->key_len;
	b->key = NULL;
	b->key_len = 0;
	if (b->rooted) {
		*b->tail[b->depth] = j;
		b->tail[b->depth] = &j->next;
	}
	b->rooted = true;
	return (j);
}

/* ${n} bytes and a NUL. */
static char *
json_text(struct json_build *b, const void *p, size_t n)
{
	char *s = json_alloc(b, n + 1);

	memcpy(s, p, n);
	s[n] = '\0';
	return (s);
}

static int
json_on_null(void *ctx)
{

	(void)json_add(ctx, JSON_NULL);
	return (1);
}

static int
json_on_bool(void *ctx, int v)
{

	json_add(ctx, JSON_BOOL)->truth = v != 0;
	return (1);
}

static int
json_on_number(void *ctx, const char *p, size_t len)
{
	struct json *j = json_add(ctx, JSON_NUMBER);

	j->text = json_text(ctx, p, len);
	j->len = len;
	return (1);
}

/* A text as PostgreSQL takes it: no NUL, no half of a surrogate pair. */
static char *
json_copy(struct json_build *b, const unsigned char *p, size_t len)
{

	if (utf8_span((const char *)p, len) != len) {
		b->fault = "a text holds \\u0000 or half of a surrogate pair";
		return (NULL);
	}
	return (json_text(b, p, len));
}

static int
json_on_string(void *ctx, const unsigned char *p, size_t len)
{
	char *text = json_copy(ctx, p, len);
	struct json *j;

	if (text == NULL)
		return (0);
	j = json_add(ctx, JSON_STRING);
	j->text = text;
	j->len = len;
	return (1);
}

static int
json_on_key(void *ctx, const unsigned char *p, size_t len)
{
	struct json_build *b = ctx;

	b->key_len = len;
	return ((b->key = json_copy(b, p, len)) != NULL);
}

static int
json_on_open(struct json_build *b, enum json_kind kind)
{
	struct json *j;

	if (b->depth == JSON_MAX_DEPTH) {
		b->fault = "deeper than 64 levels";
		return (0);
	}
	j = json_add(b, kind);
	b->tail[++b->depth] = &j->child;
	return (1);
}

static int
json_on_object(void *ctx)
{

	return (json_on_open(ctx, JSON_OBJECT));
}

static int
json_on_array(void *ctx)
{

	return (json_on_open(ctx, JSON_ARRAY));
}

static int
json_on_close(void *ctx)
{
	struct json_build *b = ctx;

	b->depth--;
	return (1);
}

static const yajl_callbacks json_callbacks = {
	json_on_null,
	json_on_bool,
	NULL,
	NULL,
	json_on_number,
	json_on_string,
	json_on_object,
	json_on_key,
	json_on_close,
	json_on_array,
	json_on_close,
};

/* The code unit of \uXXXX at ${p}, or 0 where there is none. */
static unsigned
json_unit(const char *p, const char *end)
{
	unsigned char b[2];

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || num_unhex(b, p + 2, 2))
		return (0);
	return ((unsigned)b[0] << 8 | b[1]);
}

/*
 * Where a high surrogate without its low one stands, or NULL: yajl makes a
 * question mark of it in silence.
 */
static const char *
json_lone_high(const char *p, const char *end)
{
	unsigned u;

	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		u = json_unit(p, end);
		if (u >= 0xd800 && u <= 0xdbff) {
			u = json_unit(p + 6, end);
			if (u < 0xdc00 || u > 0xdfff)
				return (p);
			p += 12;
		} else {
			p += 2;
		}
		if (p >= end)
			break;
	}
	return (NULL);
}

static int
json_fail(yajl_handle h, const struct json_build *b, const char *p, size_t len, struct err *e)
{
	unsigned char *why;
	size_t n, at = yajl_get_bytes_consumed(h);

	if (b->fault != NULL)
		return (err_set(e, STATUS_DATA, "not JSON that can be used: byte %zu: %s", at,
		    b->fault));
	why = yajl_get_error(h, 0, (const unsigned char *)p, len);
	n = why != NULL ? strcspn((const char *)why, "\n") : 0;
	(void)err_set(e, STATUS_DATA, "not JSON: byte %zu: %.*s", at, (int)n,
	    why != NULL ? (const char *)why : "");
	if (why != NULL)
		yajl_free_error(h, why);
	return (-1);
}

struct json *
json_parse(const char *p, size_t len, struct err *e)
{
	struct json_build b;
	const char *lone;
	yajl_handle h;
	size_t bad;
	int rc = 0;

	if (len > JSON_MAX_BYTES) {
		(void)err_set(e, STATUS_DATA, "more than %d bytes of JSON", JSON_MAX_BYTES);
		return (NULL);
	}
	if ((bad = utf8_span(p, len)) < len) {
		(void)err_set(e, STATUS_DATA, "not JSON: byte %zu is not UTF-8", bad);
		return (NULL);
	}
	if (len > 0 && (lone = json_lone_high(p, p + len)) != NULL) {
		(void)err_set(e, STATUS_DATA,
		    "not JSON that can be used: byte %zu: half of a "
		    "surrogate pair",
		    (size_t)(lone - p));
		return (NULL);
	}
	memset(&b, 0, sizeof(b));
	if ((h = yajl_alloc(&json_callbacks, NULL, &b)) == NULL) {
		(void)err_set(e, STATUS_TEMPFAIL, "out of memory");
		return (NULL);
	}
	b.doc = json_doc(len);
	b.tail[0] = &b.doc->root.next; /* yajl stops before there is one */
	if (yajl_parse(h, (const unsigned char *)p, len) != yajl_status_ok ||
	    yajl_complete_parse(h) != yajl_status_ok)
		rc = json_fail(h, &b, p, len, e);
	else if (!b.rooted)
		rc = err_set(e, STATUS_DATA, "not JSON: no value");
	yajl_free(h);
	if (rc) {
		json_doc_free(b.doc);
		return (NULL);
	}
	return (&b.doc->root);
}

const struct json *
json_get(const struct json *object, const char *key)
{
	const struct json *j, *found = NULL;

	if (object == NULL || object->kind != JSON_OBJECT)
		return (NULL);
	/* Of a name that stands twice the last counts, as in PostgreSQL's jsonb. */
	for (j = object->child; j != NULL; j = j->next)
		if (strcmp(j->key, key) == 0)
			found = j;
	return (found);
}

struct json_writer {
	yajl_gen gen;
	struct buf *out;
	size_t depth;
	bool is_object[JSON_MAX_DEPTH];
	size_t values; /* whole values at the top */
	struct err err;
};

static void
json_print(void *ctx, const char *p, size_t len)
{
	struct json_writer *w = ctx;

	(void)buf_add(w->out, p, len, &w->err);
}

struct json_writer *
json_writer_new(struct buf *out)
{
	struct json_writer *w = xcalloc(1, sizeof(*w));

	w->out = out;
	if ((w->gen = yajl_gen_alloc(NULL)) == NULL ||
	    !yajl_gen_config(w->gen, yajl_gen_print_callback, json_print, w))
		(void)err_set(&w->err, STATUS_TEMPFAIL, "out of memory");
	return (w);
}

static void
json_status(struct json_writer *w, yajl_gen_status s)
{

	if (s != yajl_gen_status_ok)
		(void)err_set(&w->err, STATUS_BUG, "JSON is written out of order (%d)", (int)s);
	else if (w->depth == 0)
		w->values++;
}

/* Something that opens: yajl's status counts as a value only when it closes. */
static void
json_open(struct json_writer *w, bool is_object)
{
	yajl_gen_status s;

	if (w->err.status != STATUS_OK)
		return;
	if (w->depth == JSON_MAX_DEPTH) {
		(void)err_set(&w->err, STATUS_BUG, "JSON deeper than %d", JSON_MAX_DEPTH);
		return;
	}
	s = is_object ? yajl_gen_map_open(w->gen) : yajl_gen_array_open(w->gen);
	w->is_object[w->depth++] = is_object;
	json_status(w, s);
}

void
json_put_object(struct json_writer *w)
{

	json_open(w, true);
}

void
json_put_array(struct json_writer *w)
{

	json_open(w, false);
}

void
json_put_close(struct json_writer *w)
{

	if (w->err.status != STATUS_OK)
		return;
	if (w->depth == 0) {
		(void)err_set(&w->err, STATUS_BUG, "JSON is closed too often");
		return;
	}
	w->depth--;
	json_status(w,
	    w->is_object[w->depth] ? yajl_gen_map_close(w->gen) : yajl_gen_array_close(w->gen));
}

void
json_put_key(struct json_writer *w, const char *key)
{

	json_put_text(w, key, strlen(key));
}

void
json_put_text(struct json_writer *w, const char *p, size_t len)
{

	if (w->err.status != STATUS_OK)
		return;
	if (utf8_span(p, len) != len) {
		(void)err_set(&w->err, STATUS_DATA, "a text for JSON is not UTF-8, or holds a NUL");
		return;
	}
	json_status(w, yajl_gen_string(w->gen, (const unsigned char *)(len ? p : ""), len));
}

/* RFC 8259, section 6. */
static bool
json_is_number(const char *p, size_t len)
{
	const char *end = p + len;
	size_t n;

#define DIGITS()                                            \
	for (n = 0; p < end && *p >= '0' && *p <= '9'; p++) \
	n++
	if (p < end && *p == '-')
		p++;
	if (p < end && *p == '0') {
		p++;
	} else {
		DIGITS();
		if (n == 0)
			return (false);
	}
	if (p < end && *p == '.') {
		p++;
		DIGITS();
		if (n == 0)
			return (false);
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		DIGITS();
		if (n == 0)
			return (false);
	}
#undef DIGITS
	return (p == end);
}

void
json_put_number(struct json_writer *w, const char *p, size_t len)
{

	if (w->err.status != STATUS_OK)
		return;
	if (!json_is_number(p, len)) {
		char quoted[80];

		(void)err_set(&w->err, STATUS_DATA, "'%s' is no number of JSON",
		    err_quote(quoted, sizeof(quoted), p, len));
		return;
	}
	json_status(w, yajl_gen_number(w->gen, p, len));
}

/* To yajl a number is whatever text it is given, so that this goes in as one. */
void
json_put_json(struct json_writer *w, const char *p, size_t len)
{

	if (w->err.status == STATUS_OK)
		json_status(w, yajl_gen_number(w->gen, p, len));
}

void
json_put_bool(struct json_writer *w, bool v)
{

	if (w->err.status == STATUS_OK)
		json_status(w, yajl_gen_bool(w->gen, v));
}

void
json_put_null(struct json_writer *w)
{

	if (w->err.status == STATUS_OK)
		json_status(w, yajl_gen_null(w->gen));
}

void
json_member_text(struct json_writer *w, const char *key, const char *v)
{

	json_put_key(w, key);
	if (v != NULL)
		json_put_text(w, v, strlen(v));
	else
		json_put_null(w);
}

void
json_member_u64(struct json_writer *w, const char *key, uint64_t v)
{
	char text[20];

	json_put_key(w, key);
	json_put_number(w, text, num_fmt(text, v));
}

void
json_member_json(struct json_writer *w, const char *key, const char *v)
{

	json_put_key(w, key);
	if (v != NULL)
		json_put_json(w, v, strlen(v));
	else
		json_put_null(w);
}

int
json_writer_end(struct json_writer *w, struct err *e)
{
	int rc = 0;

	if (w->err.status == STATUS_OK && (w->depth != 0 || w->values != 1))
		(void)err_set(&w->err, STATUS_BUG, "JSON ends before its value does");
	if (w->err.status != STATUS_OK) {
		if (e != NULL && e->status == STATUS_OK)
			*e = w->err;
		rc = -1;
	}
	if (w->gen != NULL) {
		yajl_gen_reset(w->gen, NULL);
		memset(&w->err, 0, sizeof(w->err));
	}
	w->depth = w->values = 0;
	return (rc);
}

void
json_writer_free(struct json_writer *w)
{

	if (w == NULL)
		return;
	if (w->gen != NULL)
		yajl_gen_free(w->gen);
	free(w);
}
