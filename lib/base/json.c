/* JSON, read into a tree that keeps numbers as text. */

#include "base/json.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "base/num.h"
#include "base/utf8.h"

enum { JSON_MAX_BYTES = 256 << 20, JSON_BLOCK = 64 << 10 };

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
	const char *fault; /* what yajl cannot know */
};

/* A new block with space for ${size} bytes, linked before ${next}; end the process if memory runs
 * out. */
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

/* Free all blocks of the document, and with them ${d} itself and every node. */
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

/* Append a node under the pending key to the open container; the first one is the document's root.
 */
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

/* yajl's callback for null; 1 goes on. */
static int
json_on_null(void *ctx)
{

	(void)json_add(ctx, JSON_NULL);
	return (1);
}

/* yajl's callback for true and false; 1 goes on. */
static int
json_on_bool(void *ctx, int v)
{

	json_add(ctx, JSON_BOOL)->truth = v != 0;
	return (1);
}

/* yajl's callback for a number, which is kept as its text; 1 goes on. */
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

/* yajl's callback for a string, which is copied into the document; 0 stops the parse. */
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

/* yajl's callback for a member's key, which is kept for the value that follows; 0 stops the parse.
 */
static int
json_on_key(void *ctx, const unsigned char *p, size_t len)
{
	struct json_build *b = ctx;

	b->key_len = len;
	return ((b->key = json_copy(b, p, len)) != NULL);
}

/* Add a container and go down into it; return 0, which stops yajl, if it is nested too deep. */
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

/* yajl's callback for the start of an object; 0 stops the parse. */
static int
json_on_object(void *ctx)
{

	return (json_on_open(ctx, JSON_OBJECT));
}

/* yajl's callback for the start of an array; 0 stops the parse. */
static int
json_on_array(void *ctx)
{

	return (json_on_open(ctx, JSON_ARRAY));
}

/* yajl's callback for the end of an object or array: go up one level; 1 goes on. */
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

/* Report why and at which byte the parse stopped, our own fault before yajl's; always return -1.
 */
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
