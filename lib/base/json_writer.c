/* JSON, written. */

#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "base/num.h"
#include "base/utf8.h"

struct json_writer {
	yajl_gen gen;
	struct buf *out;
	size_t depth;
	bool is_object[JSON_MAX_DEPTH];
	size_t values; /* whole values at the top */
	struct err err;
};

/* yajl's print callback: append to the output; a failure is noted in the writer. */
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

/* Note a yajl failure as a bug, or count a whole value if nothing is open. */
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

		(void)err_set(&w->err, STATUS_DATA, "'%s' is not a JSON number",
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
json_put_value(struct json_writer *w, const struct json *j)
{
	const struct json *c;

	switch (j->kind) {
	case JSON_NULL:
		json_put_null(w);
		break;
	case JSON_BOOL:
		json_put_bool(w, j->truth);
		break;
	case JSON_NUMBER:
		json_put_number(w, j->text, j->len);
		break;
	case JSON_STRING:
		json_put_text(w, j->text, j->len);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		if (j->kind == JSON_ARRAY)
			json_put_array(w);
		else
			json_put_object(w);
		for (c = j->child; c != NULL; c = c->next) {
			if (j->kind == JSON_OBJECT)
				json_put_key(w, c->key);
			json_put_value(w, c);
		}
		json_put_close(w);
		break;
	}
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
