/* An audit stream that is being read. */

#include "audit/audit_input.h"

#include <string.h>

#include "base/instant.h"

/* Check that the columns are those of the table in its order, with or without verdict and key; set
 * in->judged. */
static int
audit_input_columns(struct audit_input *in, struct err *e)
{
	const struct audit_table *t = in->table;
	size_t i, n = stream_reader_ncolumns(in->reader);

	in->judged = n == t->n + 2 &&
	    strcmp(stream_reader_column(in->reader, t->n), AUDIT_INPUT_VERDICT) == 0 &&
	    strcmp(stream_reader_column(in->reader, t->n + 1), AUDIT_INPUT_KEY) == 0;
	for (i = 0; i < t->n && (n == t->n || in->judged); i++)
		if (strcmp(stream_reader_column(in->reader, i), t->columns[i].name) != 0)
			break;
	if (i < t->n)
		return (err_set(e, STATUS_DATA,
		    "'%s': the columns are not those of table '%s' in its order", in->name,
		    t->name));
	return (0);
}

int
audit_input_open(struct audit_input *in, int fd, const char *name, struct err *e)
{
	enum stream_event ev;
	const char *kind;

	memset(in, 0, sizeof(*in));
	in->name = name;
	if ((in->reader = stream_reader_open(fd, name, "audit:", e)) == NULL)
		return (-1);
	if ((ev = stream_reader_next(in->reader, e)) == STREAM_FAULT)
		return (-1);
	if (ev != STREAM_HEADER)
		return (err_set(e, STATUS_DATA, "'%s' has no stream", name));
	kind = strchr(stream_reader_kind(in->reader), ':') + 1;
	if ((in->table = audit_table_find(kind)) == NULL)
		return (err_set(e, STATUS_DATA, "'%s': '%s' is not an audit table", name, kind));
	return (audit_input_columns(in, e));
}

/* Take in the current row, with its verdict if the stream has them. Return 1, or -1 if id or
 * verdict is bad. */
static int
audit_input_row(struct audit_input *in, struct err *e)
{
	const struct audit_table *t = in->table;
	const struct stream_field *f = stream_reader_fields(in->reader);
	uint64_t number = stream_reader_rows(in->reader);

	in->row.fields = f;
	/* "-infinity" and years before 1 are no instants here: such a row has no time. */
	in->row.timed = !f[t->created].null &&
	    instant_parse(f[t->created].p, f[t->created].len, &in->row.created) == 0;
	if (f[t->id].null || f[t->id].len == 0)
		return (err_set(e, STATUS_DATA, "'%s': row %llu has no id", in->name,
		    (unsigned long long)number));
	if (!in->judged)
		return (1);
	in->key = &f[t->n + 1];
	if (verdict_parse(f[t->n].p, f[t->n].len, &in->verdict))
		return (err_set(e, STATUS_DATA, "'%s': row %llu: '%.*s' is not a verdict", in->name,
		    (unsigned long long)number, (int)(f[t->n].len < 60 ? f[t->n].len : 60),
		    f[t->n].p));
	return (1);
}

int
audit_input_next(struct audit_input *in, struct err *e)
{

	for (;;) {
		switch (stream_reader_next(in->reader, e)) {
		case STREAM_ROW:
			return (audit_input_row(in, e));
		case STREAM_SEAL:
			break;
		case STREAM_END:
			return (0);
		case STREAM_HEADER:
			return (err_set(e, STATUS_DATA,
			    "'%s' has a second stream, but an audit stream must be the only one",
			    in->name));
		case STREAM_FAULT:
		default:
			return (-1);
		}
	}
}

void
audit_input_close(struct audit_input *in)
{

	stream_reader_free(in->reader);
	in->reader = NULL;
}
