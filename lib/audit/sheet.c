/* Rows as CSV for a spreadsheet. */

#include "audit/sheet.h"

#include <string.h>

#include "stream/csv.h"

int
sheet_head(const struct audit_table *t, struct buf *out, struct err *e)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (buf_adds(out, t->columns[i].name, e) || buf_adds(out, ",", e))
			return (-1);
	return (buf_adds(out, "verdict\n", e));
}

/* Append a field, empty if NULL; text that a spreadsheet may take for a formula gets an apostrophe
 * in front. */
static int
sheet_field(const struct stream_field *f, struct buf *out, struct err *e)
{
	size_t at = out->len;

	if (f->null)
		return (0);
	if (f->len == 0 || strchr("=+-@\t\r", f->p[0]) == NULL)
		return (csv_quote(f->p, f->len, out, e));
	/* The apostrophe changes places with the quote. */
	if (buf_add(out, "'", 1, e) || csv_quote(f->p, f->len, out, e))
		return (-1);
	out->p[at] = '"';
	out->p[at + 1] = '\'';
	return (0);
}

int
sheet_row(const struct audit_table *t, const struct audit_row *row, enum verdict v, struct buf *out,
    struct err *e)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (sheet_field(&row->fields[i], out, e) || buf_add(out, ",", 1, e))
			return (-1);
	return (buf_addf(out, e, "%s\n", verdict_word(v)));
}
