/* From the rows of an entity: stream to digests, faults and JSON. */

#include "entity/properties.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "pg/pg.h"

/* jsonb numbers are PostgreSQL's numeric: far from its limits on every side. */
enum { NUMBER_MAX = 200, EXPONENT_MAX = 4, ROW_BUF_MAX = 4 << 20 };

enum kind { KIND_TEXT, KIND_NUMBER, KIND_BOOLEAN };

struct column {
	const struct field_definition *field;
	enum kind kind;
	size_t max;   /* characters, where a column of entities sets a limit */
	char *prefix; /* ,"KEY": in JSON */
	size_t prefix_len;
	bool plain; /* the value last checked can be copied as it is */
};

struct properties {
	struct column *columns;
	size_t *order; /* of the columns in the JSON */
	size_t n;
	struct digest128 seed;
	struct buf canon; /* what properties_digest() hashes */
};

static const char *const kind_names[] = { "text", "number", "boolean" };
static const char *const role_names[] = {
	[ROLE_NONE] = "-",
	[ROLE_IDENTITY] = "identity",
	[ROLE_NAME] = "name",
	[ROLE_FIELD] = "field",
	[ROLE_DISTRICT] = "district",
	[ROLE_OPERATOR] = "operator",
};

/* How the field's values are written in JSON: as number, as boolean, or else as text. */
static enum kind
properties_kind(const struct field_definition *f)
{

	switch (f->type) {
	case FIELD_NUMBER:
		return (KIND_NUMBER);
	case FIELD_BOOLEAN:
		return (KIND_BOOLEAN);
	case FIELD_TEXT:
	case FIELD_DATE:
	case FIELD_SELECT:
	case FIELD_REF:
		break;
	}
	return (KIND_TEXT);
}

/* The most characters that the column of entities for the field's role takes, or SIZE_MAX. */
static size_t
properties_limit(const struct field_definition *f)
{

	switch (f->role) {
	case ROLE_NAME:
		return (PROPERTIES_NAME_MAX);
	case ROLE_FIELD:
		return (PROPERTIES_FIELD_MAX);
	case ROLE_DISTRICT:
		return (PROPERTIES_DISTRICT_MAX);
	case ROLE_NONE:
	case ROLE_IDENTITY:
	case ROLE_OPERATOR:
		break;
	}
	return (SIZE_MAX);
}

/* JSON escapes (RFC 8259, section 7). */
static int
properties_escape(struct buf *b, const char *p, size_t len, struct err *e)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char
	    shorts[32] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
	size_t i;
	char *d;

	if (buf_reserve(b, len * 6, e)) /* at the most \u00XX */
		return (-1);
	d = b->p + b->len;
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c != '"' && c != '\\') {
			*d++ = (char)c;
			continue;
		}
		*d++ = '\\';
		if (c == '"' || c == '\\') {
			*d++ = (char)c;
		} else if (shorts[c] != 0) {
			*d++ = shorts[c];
		} else {
			*d++ = 'u';
			*d++ = '0';
			*d++ = '0';
			*d++ = hex[c >> 4];
			*d++ = hex[c & 15];
		}
	}
	b->len = (size_t)(d - b->p);
	return (0);
}

/* Does the key ${a} come before ${b} in a jsonb?  Shorter ones do, then by their bytes: the server sorts
 * what comes in another order. */
static bool
properties_before(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return (n != m ? n < m : memcmp(a, b, n) < 0);
}

/* The columns as a jsonb has them. */
static void
properties_sort(struct properties *p)
{
	size_t i, j;

	for (i = 0; i < p->n; i++) {
		for (j = i; j > 0 &&
		     properties_before(p->columns[i].field->key,
			 p->columns[p->order[j - 1]].field->key);
		     j--)
			p->order[j] = p->order[j - 1];
		p->order[j] = i;
	}
}

/* Find each column's field, make its JSON prefix, and set the digests' seed from keys, kinds,
 * roles and required flags. */
static int
properties_prepare(struct properties *p, const struct entity_definition *d,
    const char *const *columns, struct err *e)
{
	struct buf b = BUF_INIT(ROW_BUF_MAX);
	size_t i, j;
	int rc = -1;

	for (i = 0; i < p->n; i++) {
		struct column *c = &p->columns[i];
		const char *key = columns[PROPERTIES_FIRST + i];

		for (j = 0; j < i; j++)
			if (strcmp(p->columns[j].field->key, key) == 0) {
				(void)err_set(e, STATUS_DATA, "column '%s' is there twice", key);
				goto done;
			}
		if ((c->field = definition_find(d, key)) == NULL) {
			(void)err_set(e, STATUS_CONFIG,
			    "column '%s' is not a field of the entity type '%s'", key, d->type);
			(void)err_hint(e, "define the field, or leave the column out");
			goto done;
		}
		c->kind = properties_kind(c->field);
		c->max = properties_limit(c->field);
		b.len = 0;
		if (buf_adds(&b, ",\"", e) || properties_escape(&b, key, strlen(key), e) ||
		    buf_adds(&b, "\":", e))
			goto done;
		c->prefix = xstrndup(b.p, b.len);
		c->prefix_len = b.len;
	}
	b.len = 0;
	for (i = 0; i < p->n; i++)
		if (buf_addf(&b, e, "%s %s %s %s\n", p->columns[i].field->key,
			kind_names[p->columns[i].kind], role_names[p->columns[i].field->role],
			p->columns[i].field->required ? "required" : "optional"))
			goto done;
	p->seed = digest_xxh128(b.len > 0 ? b.p : "", b.len);
	rc = 0;
done:
	buf_free(&b);
	return (rc);
}

struct properties *
properties_new(const struct entity_definition *d, const char *const *columns, size_t n,
    struct err *e)
{
	static const char *const place[] = { "_record", "_offset", "entity_key" };
	struct properties *p;
	size_t i;

	for (i = 0; i < PROPERTIES_FIRST; i++)
		if (i >= n || strcmp(columns[i], place[i]) != 0) {
			(void)err_set(e, STATUS_DATA, "column %zu is '%s', not '%s'", i + 1,
			    i < n ? columns[i] : "", place[i]);
			return (NULL);
		}
	p = xcalloc(1, sizeof(*p));
	p->canon.max = ROW_BUF_MAX;
	p->n = n - PROPERTIES_FIRST;
	p->columns = xcalloc(p->n, sizeof(*p->columns));
	p->order = xcalloc(p->n, sizeof(*p->order));
	if (properties_prepare(p, d, columns, e)) {
		properties_free(p);
		return (NULL);
	}
	properties_sort(p);
	return (p);
}

/* Write the 8 bytes of ${v} at ${d}, the most significant first; return the position after them.
 */
static char *
properties_big_endian(char *d, uint64_t v)
{
	int i;

	for (i = 56; i >= 0; i -= 8)
		*d++ = (char)(v >> i & 255);
	return (d);
}

int
properties_digest(struct properties *p, const struct stream_field *f, struct digest128 *out,
    struct err *e)
{
	size_t i, need = 16;
	char *d;

	f += PROPERTIES_FIRST;
	for (i = 0; i < p->n; i++)
		need += 4 + f[i].len;
	p->canon.len = 0;
	if (buf_reserve(&p->canon, need, e))
		return (-1);
	d = properties_big_endian(p->canon.p, p->seed.hi);
	d = properties_big_endian(d, p->seed.lo);
	for (i = 0; i < p->n; i++) {
		/* A row is at most STREAM_ROW_MAX bytes long. */
		uint32_t len = f[i].null ? 0 : (uint32_t)f[i].len + 1;

		*d++ = (char)(len & 255);
		*d++ = (char)(len >> 8 & 255);
		*d++ = (char)(len >> 16 & 255);
		*d++ = (char)(len >> 24);
		if (len > 1) {
			memcpy(d, f[i].p, f[i].len);
			d += f[i].len;
		}
	}
	*out = digest_xxh128(p->canon.p, (size_t)(d - p->canon.p));
	return (0);
}

/*
 * Return true where every byte is printable ASCII and neither a quote nor a
 * backslash: nothing to check, nothing to escape.  Eight bytes at a time; the
 * borrows of the subtractions can only spoil a word that is spoilt already.
 */
static bool
properties_plain(const char *p, size_t len)
{
	static const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t w, bad = 0, quote, slash;

	while (len > 0) {
		size_t n = len < 8 ? len : 8;

		w = each * 'a';
		memcpy(&w, p, n);
		quote = w ^ (each * '"');
		slash = w ^ (each * '\\');
		bad |= w | (w - each * 0x20) | (quote - each) | (slash - each);
		p += n;
		len -= n;
	}
	return ((bad & (each << 7)) == 0);
}

/* Characters in the text, with a fault where it cannot stand in the database. */
static size_t
properties_text(const char *column, const struct stream_field *v, struct fault_list *faults)
{
	size_t i, characters = 0, good = utf8_span(v->p, v->len);

	if (good < v->len) {
		fault_add(faults, "bad_character", column, v->p, v->len,
		    v->p[good] == '\0' ? "byte %zu is NUL" : "byte %zu is not UTF-8", good + 1);
		return (0);
	}
	for (i = 0; i < v->len; i++)
		characters += ((unsigned char)v->p[i] & 0xc0) != 0x80;
	return (characters);
}

/* Count the ASCII digits at the start of the ${len} bytes at ${p}. */
static size_t
properties_digits(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= '0' && p[n] <= '9')
		n++;
	return (n);
}

/* A number as RFC 8259, section 6, has it. */
static void
properties_number(const char *column, const struct stream_field *v, struct fault_list *faults)
{
	const char *p = v->p, *end = v->p + v->len;
	size_t n, exponent = 0;

	if (p < end && *p == '-')
		p++;
	if ((n = properties_digits(p, (size_t)(end - p))) == 0 || (n > 1 && *p == '0'))
		goto bad;
	p += n;
	if (p < end && *p == '.') {
		p++;
		if ((n = properties_digits(p, (size_t)(end - p))) == 0)
			goto bad;
		p += n;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '-' || *p == '+'))
			p++;
		if ((exponent = properties_digits(p, (size_t)(end - p))) == 0)
			goto bad;
		p += exponent;
	}
	if (p != end)
		goto bad;
	if (v->len > NUMBER_MAX || exponent > EXPONENT_MAX)
		fault_add(faults, "out_of_range", column, v->p, v->len,
		    "a number of more than %d characters or %d digits of exponent", NUMBER_MAX,
		    EXPONENT_MAX);
	return;
bad:
	fault_add(faults, "bad_type", column, v->p, v->len, "no number as in JSON");
}

/* Whether the field's bytes are exactly ${word}. */
static bool
properties_word(const struct stream_field *v, const char *word)
{

	return (v->len == strlen(word) && memcmp(v->p, word, v->len) == 0);
}

bool
properties_check_key(const struct stream_field *f, struct fault_list *faults)
{
	const struct stream_field *v = &f[PROPERTIES_KEY];
	size_t before = fault_count(faults);

	if (v->null || v->len == 0)
		fault_add(faults, "bad_key", "entity_key", NULL, 0, "the key is missing");
	else if (properties_plain(v->p, v->len) ?
		v->len > PROPERTIES_KEY_MAX :
		properties_text("entity_key", v, faults) > PROPERTIES_KEY_MAX)
		fault_add(faults, "too_long", "entity_key", v->p, v->len, "more than %d characters",
		    PROPERTIES_KEY_MAX);
	return (fault_count(faults) == before);
}

bool
properties_check(struct properties *p, const struct stream_field *f, struct fault_list *faults)
{
	size_t i, characters, before = fault_count(faults);

	for (i = 0; i < p->n; i++) {
		const struct stream_field *v = &f[PROPERTIES_FIRST + i];
		struct column *c = &p->columns[i];

		if (v->null) {
			if (c->field->required)
				fault_add(faults, "missing_required", c->field->key, NULL, 0,
				    "a required field is NULL");
			continue;
		}
		if (c->kind == KIND_NUMBER) {
			properties_number(c->field->key, v, faults);
			continue;
		}
		if (c->kind == KIND_BOOLEAN) {
			if (!properties_word(v, "true") && !properties_word(v, "false"))
				fault_add(faults, "bad_type", c->field->key, v->p, v->len,
				    "neither true nor false");
			continue;
		}
		c->plain = properties_plain(v->p, v->len);
		characters = c->plain ? v->len : properties_text(c->field->key, v, faults);
		if (characters > c->max)
			fault_add(faults, "too_long", c->field->key, v->p, v->len,
			    "more than the %zu characters of its column", c->max);
	}
	return (fault_count(faults) == before);
}

int
properties_copy(const struct properties *p, const struct stream_field *f, struct buf *out,
    struct err *e)
{
	size_t i, start = out->len;

	for (i = 0; i < p->n; i++) {
		const struct stream_field *v = &f[PROPERTIES_FIRST + p->order[i]];
		const struct column *c = &p->columns[p->order[i]];
		bool text = c->kind == KIND_TEXT;
		char *d;

		if (v->null)
			continue;
		if (buf_reserve(out, c->prefix_len + v->len + 3, e))
			return (-1);
		d = out->p + out->len;
		memcpy(d, c->prefix, c->prefix_len);
		d += c->prefix_len;
		if (text)
			*d++ = '"';
		if (!text || c->plain) {
			if (v->len > 0)
				memcpy(d, v->p, v->len);
			d += v->len;
			out->len = (size_t)(d - out->p);
		} else {
			out->len = (size_t)(d - out->p);
			if (properties_escape(out, v->p, v->len, e) || buf_reserve(out, 2, e))
				return (-1);
		}
		if (text)
			out->p[out->len++] = '"';
	}
	if (out->len == start)
		return (buf_adds(out, "{}", e));
	out->p[start] = '{'; /* instead of the first comma */
	return (buf_add(out, "}", 1, e));
}

int
properties_role(const struct properties *p, enum field_role role, int after)
{
	size_t i = after < PROPERTIES_FIRST ? 0 : (size_t)after - PROPERTIES_FIRST + 1;

	for (; i < p->n; i++)
		if (p->columns[i].field->role == role)
			return ((int)(PROPERTIES_FIRST + i));
	return (-1);
}

int
properties_find(const struct properties *p, const char *field)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->columns[i].field->key, field) == 0)
			return ((int)(PROPERTIES_FIRST + i));
	return (-1);
}

int
properties_owned(const struct properties *p, bool identity, struct buf *out, struct err *e)
{
	const char *comma = "";
	size_t i;

	if (buf_add(out, "{", 1, e))
		return (-1);
	for (i = 0; i < p->n; i++) {
		if (identity && p->columns[i].field->role != ROLE_IDENTITY)
			continue;
		if (buf_adds(out, comma, e) || pg_array_word(out, p->columns[i].field->key, e))
			return (-1);
		comma = ",";
	}
	return (buf_add(out, "}", 1, e));
}

void
properties_free(struct properties *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++)
		free(p->columns[i].prefix);
	free(p->columns);
	free(p->order);
	buf_free(&p->canon);
	free(p);
}
