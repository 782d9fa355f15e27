/* The lines of an archive: one JSON object a row. */

#include "audit/line.h"

#include <string.h>

#include "audit/canon.h"
#include "base/instant.h"
#include "base/num.h"

static const struct canon_style line_style = { false, false, CANON_KEYS_STORED,
	CANON_NUMBERS_TEXT };

/* Append column ${i} as JSON: jsonb as it is, a valid time in UTC with microseconds, all else as a
 * string. */
static int
line_value(const struct audit_table *t, const struct audit_row *row, size_t i, struct buf *out,
    struct err *e)
{
	const struct stream_field *f = &row->fields[i];
	char when[28];

	if (f->null)
		return (buf_add(out, "null", 4, e));
	if (t->columns[i].kind == AUDIT_JSON)
		return (buf_add(out, f->p, f->len, e));
	if (t->columns[i].kind == AUDIT_TIME && row->timed)
		return (buf_add(out, "\"", 1, e) ||
		    buf_add(out, instant_text(when, row->created), 27, e) ||
		    buf_add(out, "\"", 1, e));
	return (canon_string(&line_style, f->p, f->len, out, e));
}

int
line_write_part(const struct audit_table *t, const struct audit_row *row, unsigned skip,
    struct buf *out, struct err *e)
{
	const char *open = "{\"";
	size_t i;

	for (i = 0; i < t->n; i++) {
		const char *name = t->columns[i].name;

		if ((skip >> i & 1) != 0)
			continue;
		if (buf_add(out, open, 2, e) || buf_add(out, name, strlen(name), e) ||
		    buf_add(out, "\":", 2, e) || line_value(t, row, i, out, e))
			return (-1);
		open = ",\"";
	}
	return (buf_add(out, "}", 1, e));
}

int
line_write(const struct audit_table *t, const struct audit_row *row, struct buf *out, struct err *e)
{

	out->len = 0;
	return (line_write_part(t, row, 0, out, e));
}

/* Past a JSON string that begins at ${p}; NULL where it does not end. */
static const char *
line_skip_string(const char *p, const char *end)
{

	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return (p + 1);
	}
	return (NULL);
}

/* Past a JSON value: to the comma or brace behind it, outside of any that it opens. */
static const char *
line_skip(const char *p, const char *end)
{
	size_t depth = 0;

	while (p != NULL && p < end) {
		if (*p == '"') {
			p = line_skip_string(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (depth > 0 && (*p == '}' || *p == ']'))
			depth--;
		else if (depth == 0 && (*p == ',' || *p == '}'))
			return (p);
		p++;
	}
	return (NULL);
}

/* \uXXXX, of which line_write() makes those below U+0020, and DEL is none. */
static int
line_escape(const char **p, const char *end, char *c)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	unsigned char b[2];
	const char *at;

	if (*p + 1 >= end)
		return (-1);
	if ((*p)[1] == 'u') {
		if (end - *p < 6 || num_unhex(b, *p + 2, 2) || b[0] != 0 || b[1] >= 0x20)
			return (-1);
		*c = (char)b[1];
		*p += 6;
		return (0);
	}
	if ((*p)[1] == '\0' || (at = strchr(from, (*p)[1])) == NULL)
		return (-1);
	*c = to[at - from];
	*p += 2;
	return (0);
}

/* The text of a JSON string, appended to l->text; ${f} gets where and how long. */
static int
line_string(struct line *l, const char *p, const char *end, size_t *at, size_t *n)
{
	char c;

	*at = l->text.len;
	for (p++, end--; p < end;) {
		const char *run = p;

		while (p < end && *p != '\\')
			p++;
		if (buf_add(&l->text, run, (size_t)(p - run), NULL))
			return (-1);
		if (p < end && (line_escape(&p, end, &c) || buf_add(&l->text, &c, 1, NULL)))
			return (-1);
	}
	*n = l->text.len - *at;
	return (0);
}

/* Split a line into its fields, whose text is in l->text; -1 if the columns are not the table's in
 * its order. */
static int
line_parse(const struct audit_table *t, const char *p, const char *end, struct line *l)
{
	size_t i, at[AUDIT_COLUMNS_MAX];

	for (i = 0; i < t->n; i++) {
		const char *name = t->columns[i].name, *value;
		size_t n = strlen(name);

		if ((size_t)(end - p) < n + 4 || p[0] != (i == 0 ? '{' : ',') || p[1] != '"' ||
		    memcmp(p + 2, name, n) != 0 || memcmp(p + 2 + n, "\":", 2) != 0)
			return (-1);
		value = p + n + 4;
		if ((p = line_skip(value, end)) == NULL)
			return (-1);
		at[i] = l->text.len;
		l->fields[i].len = 0;
		l->fields[i].null = (size_t)(p - value) == 4 && memcmp(value, "null", 4) == 0 &&
		    t->columns[i].kind != AUDIT_JSON;
		if (l->fields[i].null)
			continue;
		if (t->columns[i].kind == AUDIT_JSON) {
			l->fields[i].len = (size_t)(p - value);
			if (buf_add(&l->text, value, l->fields[i].len, NULL))
				return (-1);
		} else if (*value != '"' || line_string(l, value, p, &at[i], &l->fields[i].len)) {
			return (-1);
		}
	}
	/* Only now does the text stay where it is. */
	for (i = 0; i < t->n; i++)
		l->fields[i].p = l->text.p + at[i];
	return (end - p == 1 && *p == '}' ? 0 : -1);
}

void
line_init(struct line *l)
{

	memset(l, 0, sizeof(*l));
	l->text.max = l->again.max = 16 << 20;
}

void
line_free(struct line *l)
{

	buf_free(&l->text);
	buf_free(&l->again);
}

int
line_read(const struct audit_table *t, const char *p, size_t len, struct line *l, struct err *e)
{
	const struct stream_field *created = &l->fields[t->created];

	l->text.len = 0;
	if (buf_reserve(&l->text, 1, e))
		return (-1);
	if (line_parse(t, p, p + len, l) == 0) {
		l->row.fields = l->fields;
		l->row.timed =
		    !created->null && instant_parse(created->p, created->len, &l->row.created) == 0;
		/* There is one line for a row. */
		if (line_write(t, &l->row, &l->again, e) == 0 && l->again.len == len &&
		    memcmp(l->again.p, p, len) == 0)
			return (0);
	}
	return (err_set(e, STATUS_DATA, "not a line of table '%s'", t->name));
}

int
line_verdict(const struct stream_field *id, enum verdict v, const struct stream_field *key,
    bool late, struct buf *out, struct err *e)
{
	const char *word = verdict_word(v);

	out->len = 0;
	if (buf_add(out, "{\"id\":", 6, e) || canon_string(&line_style, id->p, id->len, out, e) ||
	    buf_add(out, ",\"verdict\":\"", 12, e) || buf_add(out, word, strlen(word), e) ||
	    buf_add(out, "\",\"key\":", 8, e) ||
	    (key->null ? buf_add(out, "null", 4, e) :
			 canon_string(&line_style, key->p, key->len, out, e)) ||
	    (late && buf_add(out, ",\"late\":true", 12, e)))
		return (-1);
	return (buf_add(out, "}", 1, e));
}

int
line_read_verdict(const char *p, size_t len, struct stream_field *id, enum verdict *v)
{
	static const char head[] = "{\"id\":\"", middle[] = "\",\"verdict\":\"";
	const char *end = p + len, *q, *quote;

	if (len < sizeof(head) || memcmp(p, head, sizeof(head) - 1) != 0)
		return (-1);
	id->p = p + sizeof(head) - 1;
	id->null = false;
	if ((q = memchr(id->p, '"', (size_t)(end - id->p))) == NULL)
		return (-1);
	id->len = (size_t)(q - id->p);
	if ((size_t)(end - q) < sizeof(middle) || memcmp(q, middle, sizeof(middle) - 1) != 0)
		return (-1);
	q += sizeof(middle) - 1;
	if ((quote = memchr(q, '"', (size_t)(end - q))) == NULL)
		return (-1);
	return (verdict_parse(q, (size_t)(quote - q), v));
}
