/* The bytes that were signed, by a profile. */

#include "audit/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

struct message {
	const struct profile *profile;
	const struct profile_table *table;
	struct canon *canon;
	bool verbatim; /* jsonb's own text is what was signed */
};

struct message *
message_new(const struct profile *p, const struct profile_table *t)
{
	struct message *m = xcalloc(1, sizeof(*m));

	m->profile = p;
	m->table = t;
	m->canon = canon_new(&p->json);
	m->verbatim = p->form == PROFILE_AEGIS_1 ||
	    (p->json.spaces && !p->json.ascii && p->json.keys == CANON_KEYS_STORED &&
		p->json.numbers == CANON_NUMBERS_TEXT);
	return (m);
}

void
message_free(struct message *m)
{

	if (m == NULL)
		return;
	canon_free(m->canon);
	free(m);
}

/* How many digits of the six of ${six} the signer writes. */
static size_t
message_digits(const struct profile_time *t, const char *six)
{
	size_t n = 6;

	if (t->digits == PROFILE_DIGITS_MILLIS)
		return (3);
	if (t->digits == PROFILE_DIGITS_PYTHON)
		return (memcmp(six, "000000", 6) == 0 ? 0 : 6);
	while (t->digits == PROFILE_DIGITS_TRIMMED && n > 0 && six[n - 1] == '0')
		n--;
	return (n);
}

/* The instant as the signer writes it; ${dst} of 48 bytes.  Return its length. */
static size_t
message_time(const struct profile_time *t, int64_t us, char *dst)
{
	size_t n, zone = strlen(t->zone);

	if (t->micros)
		return ((size_t)snprintf(dst, 48, "%" PRId64, us));
	(void)instant_text(dst, us);
	dst[10] = t->between;
	n = message_digits(t, dst + 20);
	n = n > 0 ? 20 + n : 19;
	memcpy(dst + n, t->zone, zone);
	return (n + zone);
}

/* Append a jsonb value as the signer wrote it: verbatim, or parsed and written in the profile's
 * style. */
static int
message_json(struct message *m, const struct stream_field *f, struct buf *out)
{
	struct json *j;
	int rc;

	if (m->verbatim)
		return (buf_add(out, f->p, f->len, NULL));
	if ((j = json_parse(f->p, f->len, NULL)) == NULL)
		return (-1);
	rc = canon_put(m->canon, j, out, NULL);
	json_free(j);
	return (rc);
}

/* A field that is not NULL; as JSON, in quotes, where the message is JSON. */
static int
message_value(struct message *m, const struct audit_row *row, size_t column, struct buf *out)
{
	const struct stream_field *f = &row->fields[column];
	bool joined = m->profile->form == PROFILE_JOINED;
	char text[48];
	size_t n;

	switch (m->table->table->columns[column].kind) {
	case AUDIT_JSON:
		return (message_json(m, f, out));
	case AUDIT_TIME:
		if (!row->timed)
			return (-1);
		n = message_time(&m->profile->time, row->created, text);
		if (joined || m->profile->time.micros)
			return (buf_add(out, text, n, NULL));
		return (canon_string(&m->profile->json, text, n, out, NULL));
	case AUDIT_TEXT:
		break;
	}
	if (joined)
		return (buf_add(out, f->p, f->len, NULL));
	return (canon_string(&m->profile->json, f->p, f->len, out, NULL));
}

/* Append what the profile writes for NULL. */
static int
message_null(const struct message *m, struct buf *out)
{
	bool joined = m->profile->form == PROFILE_JOINED;

	switch (m->profile->null) {
	case PROFILE_NULL_NULL:
		return (buf_adds(out, "null", NULL));
	case PROFILE_NULL_EMPTY:
		return (buf_adds(out, joined ? "" : "\"\"", NULL));
	case PROFILE_NULL_NONE:
		return (buf_adds(out, joined ? "None" : "\"None\"", NULL));
	case PROFILE_NULL_OMIT:
		break;
	}
	return (0);
}

/* What stands between two fields, or two of JSON's. */
static int
message_between(const struct message *m, const char *sign, struct buf *out)
{

	if (m->profile->form == PROFILE_JOINED)
		return (buf_adds(out, m->profile->separator, NULL));
	return (buf_adds(out, sign, NULL) || (m->profile->json.spaces && buf_adds(out, " ", NULL)));
}

/* Append the signed fields in the profile's order, with names in an object; -1 if a value cannot
 * be written. */
static int
message_fields(struct message *m, const struct audit_row *row, struct buf *out)
{
	const struct profile *p = m->profile;
	const struct profile_table *t = m->table;
	size_t i, written = 0;

	for (i = 0; i < t->n; i++) {
		const struct profile_field *f = &t->fields[i];
		bool null = row->fields[f->column].null;

		if (null && p->null == PROFILE_NULL_OMIT)
			continue;
		if (written++ > 0 && message_between(m, ",", out))
			return (-1);
		if (p->form == PROFILE_OBJECT &&
		    (canon_string(&p->json, f->name, strlen(f->name), out, NULL) ||
			message_between(m, ":", out)))
			return (-1);
		if (null ? message_null(m, out) : message_value(m, row, f->column, out))
			return (-1);
	}
	return (0);
}

/* "LENGTH:BYTES," as in DJB's netstrings; NULL, which no text is, as "-,". */
static int
message_net(struct buf *out, const char *p, size_t len, bool null)
{

	if (null)
		return (buf_add(out, "-,", 2, NULL));
	return (buf_addf(out, NULL, "%zu:", len) || buf_add(out, p, len, NULL) ||
	    buf_add(out, ",", 1, NULL));
}

/* Append the aegis-1 message: table, id, tenant, microseconds, key id, then the fields, each a
 * netstring; -1 if the row has no time. */
static int
message_aegis_1(struct message *m, const struct audit_row *row, const char *key, struct buf *out)
{
	const struct audit_table *t = m->table->table;
	const struct stream_field *f = row->fields;
	char micros[24];
	size_t i, n;

	n = (size_t)snprintf(micros, sizeof(micros), "%" PRId64, row->created);
	if (!row->timed || message_net(out, "aegis-1", 7, false) ||
	    message_net(out, t->name, strlen(t->name), false) ||
	    message_net(out, f[t->id].p, f[t->id].len, f[t->id].null) ||
	    message_net(out, f[t->tenant].p, f[t->tenant].len, f[t->tenant].null) ||
	    message_net(out, micros, n, false) || message_net(out, key, strlen(key), false))
		return (-1);
	for (i = 0; i < m->table->n; i++) {
		const struct stream_field *v = &f[m->table->fields[i].column];

		if (message_net(out, v->p, v->len, v->null))
			return (-1);
	}
	return (0);
}

enum message_result
message_build(struct message *m, const struct audit_row *row, const char *key, struct buf *out)
{
	static const char open[] = "{[", close[] = "}]";
	enum profile_form form = m->profile->form;
	bool bracket = form == PROFILE_OBJECT || form == PROFILE_ARRAY;
	int which = form == PROFILE_ARRAY;

	out->len = 0;
	canon_reset(m->canon);
	if (form == PROFILE_AEGIS_1)
		return (message_aegis_1(m, row, key, out) ? MESSAGE_NONE : MESSAGE_EXACT);
	if ((bracket && buf_add(out, open + which, 1, NULL)) || message_fields(m, row, out) ||
	    (bracket && buf_add(out, close + which, 1, NULL)))
		return (MESSAGE_NONE);
	return (canon_ambiguous(m->canon) ? MESSAGE_AMBIGUOUS : MESSAGE_EXACT);
}
