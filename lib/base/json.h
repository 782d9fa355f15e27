#ifndef AEGIS_BASE_JSON_H
#define AEGIS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * JSON (RFC 8259), parsed by yajl into a tree whose numbers stay text, and
 * written by yajl's generator.
 */
enum { JSON_MAX_DEPTH = 64 };

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_kind kind;
	bool truth;       /* JSON_BOOL */
	const char *text; /* JSON_STRING, JSON_NUMBER: NUL-terminated */
	size_t len;
	const char *key; /* member of an object: its name */
	size_t key_len;
	struct json *child; /* array, object: first element */
	struct json *next;
};

/**
 * json_parse(p, len, e):
 * Return the value in ${len} bytes of text, freed by the caller with json_free(),
 * or NULL with ${e} set to STATUS_DATA.  Refused, too: deeper than JSON_MAX_DEPTH levels, over
 * 256 MiB, and, as in PostgreSQL, texts with \u0000 or half a surrogate pair.
 */
struct json *json_parse(const char *p, size_t len, struct err *e);

/**
 * json_free(root):
 * Release the whole value that json_parse() returned; NULL is none.
 */
void json_free(struct json *root);

/**
 * json_get(object, key):
 * Return the member ${key}, the last where there are several, or NULL.
 */
const struct json *json_get(const struct json *object, const char *key);

/*
 * A writer that appends compact JSON to a buffer.  An error is kept and comes
 * out of json_writer_end().
 */
struct json_writer;

struct json_writer *json_writer_new(struct buf *out);
void json_put_object(struct json_writer *w);
void json_put_array(struct json_writer *w);
void json_put_close(struct json_writer *w);
void json_put_key(struct json_writer *w, const char *key);
void json_put_text(struct json_writer *w, const char *p, size_t len);   /* UTF-8 */
void json_put_number(struct json_writer *w, const char *p, size_t len); /* as written */
void json_put_json(struct json_writer *w, const char *p, size_t len);   /* JSON, as it stands */
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_value(struct json_writer *w, const struct json *j); /* with all in it */

/*
 * A member of an object: its key and its value; NULL is null.
 */
void json_member_text(struct json_writer *w, const char *key, const char *v);
void json_member_u64(struct json_writer *w, const char *key, uint64_t v);
void json_member_json(struct json_writer *w, const char *key, const char *v);

/**
 * json_writer_end(w, e):
 * End a whole value; ${w} is ready for the next.  Return 0, or -1 with ${e} set.
 */
int json_writer_end(struct json_writer *w, struct err *e);
void json_writer_free(struct json_writer *w);

#endif
