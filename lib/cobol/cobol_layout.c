/* A description as a layout file. */

#include "cobol/cobol_layout.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const layout_kind_names[] = {
	[COBOL_GROUP] = "group",
	[COBOL_TEXT] = "char",
	[COBOL_DIGITS] = "digits",
	[COBOL_ZONED] = "zoned",
	[COBOL_PACKED] = "packed",
	[COBOL_BINARY] = "binary",
};

enum { LAYOUT_LINE = 96, LAYOUT_NAME = 200 };

/* Bytes of the record id: those of the first record's. */
static size_t
layout_id_width(const struct cobol *c)
{
	const char *id = c->records[0].id;

	return (id == NULL || strcmp(id, "-") == 0 ? 0 : strlen(id));
}

/* Append ${s} in double quotes, as YAML escapes it. */
static int
layout_quoted(const char *s, struct buf *out, struct err *e)
{

	if (buf_add(out, "\"", 1, e))
		return (-1);
	for (; *s != '\0'; s++)
		if ((*s == '"' || *s == '\\') ? buf_addf(out, e, "\\%c", *s) :
						buf_add(out, s, 1, e))
			return (-1);
	return (buf_add(out, "\"", 1, e));
}

/* Does the item stand in the layout?  Not the record id, what holds it, and what nobody means. */
static bool
layout_has(const struct cobol *c, const struct cobol_item *it)
{

	return (it->depth > 1 && it->at >= layout_id_width(c) && !cobol_is_filler(it));
}

/* The field's name: where the segment has it twice, with its group's before it. */
static const char *
layout_name(const struct cobol_record *r, const struct cobol_item *it, char dst[LAYOUT_NAME])
{
	size_t i, n = 0, len;

	for (i = 0; i < r->nitems; i++)
		n += strcasecmp(r->items[i].name, it->name) == 0;
	dst[0] = '\0';
	if (n > 1 && it->parent >= 0) {
		len = strlen(r->items[it->parent].name);
		if (len > 90)
			len = 90;
		memcpy(dst, r->items[it->parent].name, len);
		dst[len++] = '.';
		dst[len] = '\0';
	}
	return (strncat(dst, it->name, 100));
}

/* The nearest item, it or a group around it, that has ${what}; NULL for none. */
static const struct cobol_item *
layout_around(const struct cobol_record *r, const struct cobol_item *it, bool repeats)
{

	for (;; it = &r->items[it->parent]) {
		if (repeats ? it->occurs > 1 : it->redefines != NULL)
			return (it);
		if (it->parent < 0)
			return (NULL);
	}
}

/* The item whose bytes ${again} reads a second time; NULL where the layout has it not. */
static const struct cobol_item *
layout_target(const struct cobol *c, const struct cobol_record *r, const struct cobol_item *again)
{
	const struct cobol_item *t = again;

	while (t-- > r->items)
		if (t->parent == again->parent && strcasecmp(t->name, again->redefines) == 0)
			return (layout_has(c, t) ? t : NULL);
	return (NULL);
}

/* Is the item a repetition in a repetition, or in a group without a name? */
static bool
layout_beyond(const struct cobol *c, const struct cobol_record *r, const struct cobol_item *it)
{
	const struct cobol_item *g = layout_around(r, it, true), *outer;

	if (g == NULL || g->parent < 0)
		return (false);
	outer = layout_around(r, &r->items[g->parent], true);
	return (outer != NULL || (g != it && !layout_has(c, g)));
}

/* Append the line of one field. */
static int
layout_item(struct cobol *c, const struct cobol_record *r, const struct cobol_item *it,
    struct buf *out, struct err *e)
{
	const struct cobol_item *g = layout_around(r, it, true), *again, *t;
	char name[LAYOUT_NAME];

	if (layout_beyond(c, r, it)) {
		cobol_note(c, it->line, "%s is left out: it repeats inside of a repetition",
		    it->name);
		return (0);
	}
	if (buf_addf(out, e, "      - {name: %s, at: %zu, width: %zu, kind: %s",
		layout_name(r, it, name), it->at, it->width, layout_kind_names[it->kind]) ||
	    (it->decimals > 0 && buf_addf(out, e, ", decimals: %zu", it->decimals)) ||
	    (it->occurs > 1 && buf_addf(out, e, ", occurs: %zu", it->occurs)) ||
	    (g != NULL && g != it && buf_addf(out, e, ", in: %s", layout_name(r, g, name))))
		return (-1);
	again = layout_around(r, it, false);
	if (again != NULL && it->kind != COBOL_GROUP && (t = layout_target(c, r, again)) != NULL &&
	    buf_addf(out, e, ", redefines: %s", layout_name(r, t, name)))
		return (-1);
	return (buf_adds(out, "}\n", e));
}

/* Is ${it} a leaf of the group ${up}, or of one in it? */
static bool
layout_inside(const struct cobol_record *r, const struct cobol_item *it, int up)
{
	int i;

	for (i = it->parent; i >= 0; i = r->items[i].parent)
		if (i == up)
			return (true);
	return (false);
}

/* The key: as directed, else the items of the first group called ...-KEY, else the first item. */
static int
layout_key(const struct cobol *c, const struct cobol_record *r, struct buf *out, struct err *e)
{
	char name[LAYOUT_NAME];
	int group = -1;
	size_t i, n = 0;

	for (i = 0; i < r->nkey; i++)
		if (buf_addf(out, e, "%s%s", i == 0 ? "    key: [" : ", ", r->key[i]))
			return (-1);
	if (r->nkey > 0)
		return (buf_adds(out, "]\n", e));
	if (r->parent != NULL)
		return (0);
	for (i = 0; i < r->nitems && group < 0; i++)
		if (r->items[i].pic == NULL && strlen(r->items[i].name) > 4 &&
		    layout_has(c, &r->items[i]) &&
		    strcasecmp(r->items[i].name + strlen(r->items[i].name) - 4, "-KEY") == 0)
			group = (int)i;
	for (i = 0; i < r->nitems; i++) {
		const struct cobol_item *it = &r->items[i];

		if (it->pic == NULL || it->again || it->redefines != NULL || !layout_has(c, it) ||
		    it->occurs > 1 || (group >= 0 ? !layout_inside(r, it, group) : n > 0))
			continue;
		if (buf_addf(out, e, "%s%s", n++ == 0 ? "    key: [" : ", ",
			layout_name(r, it, name)))
			return (-1);
	}
	return (n > 0 ? buf_adds(out, "]  # is it?\n", e) : 0);
}

/* Append a segment. */
static int
layout_record(struct cobol *c, const struct cobol_record *r, struct buf *out, struct err *e)
{
	size_t i;

	if (buf_adds(out, "  - id: ", e) || layout_quoted(r->id != NULL ? r->id : "-", out, e) ||
	    buf_addf(out, e, "\n    name: %s\n", r->name != NULL ? r->name : r->items[0].name))
		return (-1);
	if (r->parent != NULL &&
	    (buf_adds(out, "    parent: ", e) || layout_quoted(r->parent, out, e) ||
		buf_adds(out, "\n", e)))
		return (-1);
	if (layout_key(c, r, out, e) || buf_adds(out, "    fields:\n", e))
		return (-1);
	for (i = 0; i < r->nitems; i++)
		if (layout_has(c, &r->items[i]) && layout_item(c, r, &r->items[i], out, e))
			return (-1);
	return (0);
}

/* A code as it stands in the record: figurative zeros spelt out, digits filled up.  False: none. */
static bool
layout_code(const struct cobol_item *it, const struct cobol_value *v, char dst[32])
{
	size_t len = strlen(v->text), fill;

	if (!v->simple || v->name == NULL || it->width > 20 ||
	    strncasecmp(v->text, "SPACE", 5) == 0)
		return (false);
	if (strncasecmp(v->text, "ZERO", 4) == 0)
		len = 0;
	if (len > it->width || strspn(v->text, " ") == strlen(v->text))
		return (false);
	fill = it->kind == COBOL_DIGITS || len == 0 ? it->width - len : 0;
	memset(dst, '0', fill);
	memcpy(dst + fill, v->text, len);
	dst[fill + len] = '\0';
	return (true);
}

/* Append the item's table of codes, each once. */
static int
layout_codes(const struct cobol_item *it, struct buf *out, struct err *e)
{
	char code[32], other[32];
	size_t i, k, n = 0, start = out->len, line;

	for (i = 0; i < it->nvalues; i++) {
		if (!layout_code(it, &it->values[i], code))
			continue;
		for (k = 0; k < i; k++)
			if (layout_code(it, &it->values[k], other) && strcmp(code, other) == 0)
				break;
		if (k < i)
			continue;
		if (n == 0) {
			if (buf_adds(out, "  ", e))
				return (-1);
			for (k = 0; it->name[k] != '\0'; k++)
				if (buf_addf(out, e, "%c", tolower((unsigned char)it->name[k])))
					return (-1);
		}
		line = out->len - start;
		if (line + strlen(it->values[i].name) + 16 > LAYOUT_LINE) {
			start = out->len;
			if (buf_adds(out, n == 0 ? ":\n    {" : ",\n     ", e))
				return (-1);
		} else if (buf_adds(out, n == 0 ? ": {" : ", ", e)) {
			return (-1);
		}
		if (layout_quoted(code, out, e) || buf_adds(out, ": ", e) ||
		    layout_quoted(it->values[i].name, out, e))
			return (-1);
		n++;
	}
	return (n > 0 ? buf_adds(out, "}\n", e) : 0);
}

/* Append the code tables of all records; one name has one table. */
static int
layout_tables(const struct cobol *c, struct buf *out, struct err *e)
{
	struct buf all = BUF_INIT(COBOL_MAX_TEXT);
	size_t i, k, m, n;
	int rc = 0;

	for (i = 0; rc == 0 && i < c->nrecords; i++) {
		for (k = 0; rc == 0 && k < c->records[i].nitems; k++) {
			const struct cobol_item *it = &c->records[i].items[k];
			bool had = false;

			for (m = 0; m <= i && !had; m++)
				for (n = 0; n < (m < i ? c->records[m].nitems : k) && !had; n++)
					had = c->records[m].items[n].nvalues > 0 &&
					    strcasecmp(c->records[m].items[n].name, it->name) == 0;
			if (!had && it->at >= layout_id_width(c) && !cobol_is_filler(it))
				rc = layout_codes(it, &all, e);
		}
	}
	if (rc == 0 && all.len > 0)
		rc = buf_adds(out, "\ncodes:\n", e) || buf_add(out, all.p, all.len, e);
	buf_free(&all);
	return (rc);
}

int
cobol_layout(struct cobol *c, const char *file, struct buf *out, struct err *e)
{
	const size_t id = layout_id_width(c);
	size_t i;

	for (i = 0; i < c->nrecords; i++) {
		const struct cobol_record *r = &c->records[i];

		if (r->id == NULL && c->nrecords > 1) {
			(void)err_set(e, STATUS_DATA, "%s:%zu: the id of this record is not known",
			    file, r->line);
			return (err_hint(e, "put a line before it: * RECORD ID NAME"));
		}
		if (c->nrecords > 1 && (strlen(r->id) != id || id == 0 || id > 2))
			return (err_set(e, STATUS_DATA,
			    "%s:%zu: record ids have 1 or 2 bytes, all of them the same: '%s'",
			    file, r->line, r->id));
	}
	if (buf_addf(out, e, "# Offsets are sums of widths (aegis rrc-layout).\n\nlayout: %s\n",
		c->name) ||
	    (c->title != NULL &&
		(buf_adds(out, "title: ", e) || layout_quoted(c->title, out, e) ||
		    buf_adds(out, "\n", e))) ||
	    buf_addf(out, e, "record: {length: %zu, id_width: %zu}\n", c->length, id) ||
	    layout_tables(c, out, e) || buf_adds(out, "\nsegments:\n", e))
		return (-1);
	for (i = 0; i < c->nrecords; i++)
		if (layout_record(c, &c->records[i], out, e))
			return (-1);
	return (0);
}
