/* A description as a table of facts. */

#include "cobol/cobol_facts.h"

#include <string.h>

#include "stream/csv.h"

static const char *const facts_kinds[] = {
	[COBOL_GROUP] = "group",
	[COBOL_TEXT] = "char",
	[COBOL_DIGITS] = "digits",
	[COBOL_ZONED] = "zoned-signed",
	[COBOL_PACKED] = "packed",
	[COBOL_BINARY] = "binary",
};

/* Append a text as a field, quoted where CSV needs it, and a comma. */
static int
facts_text(const char *s, struct buf *out, struct err *e)
{
	int rc;

	if (strpbrk(s, ",\"\n") != NULL)
		rc = csv_quote(s, strlen(s), out, e);
	else
		rc = buf_adds(out, s, e);
	return (rc || buf_add(out, ",", 1, e));
}

/* Append the values as "TEXT=NAME; TEXT=NAME". */
static int
facts_values(const struct cobol_item *it, struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT(COBOL_MAX_TEXT);
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < it->nvalues; i++) {
		rc = (i > 0 && buf_adds(&text, "; ", e)) || buf_adds(&text, it->values[i].text, e);
		if (rc == 0 && it->values[i].name != NULL)
			rc = buf_addf(&text, e, "=%s", it->values[i].name);
	}
	if (rc == 0 && text.len > 0)
		rc = strpbrk(buf_str(&text, e), ",\"\n") != NULL ?
		    csv_quote(text.p, text.len, out, e) :
		    buf_add(out, text.p, text.len, e);
	buf_free(&text);
	return (rc || buf_add(out, "\n", 1, e));
}

/* Append the row of one item. */
static int
facts_item(const struct cobol *c, const struct cobol_record *r, const struct cobol_item *it,
    struct buf *out, struct err *e)
{
	const char *again = it->redefines != NULL ? it->redefines : it->again ? "~" : "";

	if (facts_text(c->name, out, e) || facts_text(r->id != NULL ? r->id : "-", out, e) ||
	    facts_text(r->name != NULL ? r->name : r->items[0].name, out, e) ||
	    buf_addf(out, e, "%zu,", it->depth) || facts_text(it->name, out, e) ||
	    buf_addf(out, e, "%zu,%zu,%zu,", it->at + 1, it->at, it->width) ||
	    facts_text(it->pic != NULL ? it->pic : "group", out, e) ||
	    buf_addf(out, e, "%s,%zu,", facts_kinds[it->kind], it->decimals) ||
	    facts_text(again, out, e) || buf_addf(out, e, "%zu,", it->occurs))
		return (-1);
	if (it->printed > 0 ? buf_addf(out, e, "%zu,", it->printed) : buf_add(out, ",", 1, e))
		return (-1);
	return (facts_values(it, out, e));
}

int
cobol_facts(const struct cobol *c, struct buf *out, struct err *e)
{
	size_t i, k;

	if (buf_adds(out,
		"dataset,rec,segment,depth,field,off1,off0,width,pic,kind,decimals,redefines,"
		"occurs,manual_pos,values\n",
		e))
		return (-1);
	for (i = 0; i < c->nrecords; i++)
		for (k = 0; k < c->records[i].nitems; k++)
			if (facts_item(c, &c->records[i], &c->records[i].items[k], out, e))
				return (-1);
	return (0);
}
