/* Layouts of files whose fields have no places: delimited text and JSON. */

#include "rrc/layout_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/charset.h"
#include "rrc/number.h"

/* The number of ${text} among ${words}, which NULL ends; -1 for none. */
static int
text_word(const char *text, const char *const *words)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return (i);
	return (-1);
}

int
layout_text_record(struct layout *l, const struct conf_node *n, struct err *e)
{
	static const char *const headers[] = { "none", "line", "wrapped", NULL };
	static const char *const charsets[] = { "ascii", "latin-1", "utf-8", NULL };
	static const char *const rows[] = { "line", "quoted", "bare-lf", NULL };
	static const int ids[] = { CHARSET_ASCII, CHARSET_LATIN1, CHARSET_UTF8 };
	struct layout_text *t = &l->text;
	const char *delimiter;
	int header = 0, charset = 0, ends = 0;

	if (conf_get(n, "json") != NULL && conf_get(n, "delimiter") != NULL)
		return (conf_fail(l->conf, n, e, "'json' and 'delimiter' exclude each other"));
	l->form = conf_get(n, "json") != NULL ? LAYOUT_JSON : LAYOUT_DELIMITED;
	if ((t->items = conf_text(l->conf, n, "json", "", e)) == NULL ||
	    (delimiter = conf_text(l->conf, n, "delimiter", ",", e)) == NULL ||
	    conf_word(l->conf, n, "header", headers, headers[0], &header, e) ||
	    conf_word(l->conf, n, "charset", charsets, charsets[0], &charset, e) ||
	    conf_word(l->conf, n, "rows", rows, rows[0], &ends, e) ||
	    conf_bool(l->conf, n, "quotes", &t->quotes, e) ||
	    conf_bool(l->conf, n, "trailing", &t->trailing, e) ||
	    conf_bool(l->conf, n, "tabs", &t->tabs, e))
		return (-1);
	if (strlen(delimiter) != 1 || (unsigned char)delimiter[0] >= 0x80 ||
	    strchr("\"\r\n", delimiter[0]) != NULL)
		return (conf_fail(l->conf, conf_get(n, "delimiter"), e,
		    "a delimiter is one ASCII character"));
	t->delimiter = (unsigned char)delimiter[0];
	t->header = (enum layout_header)header;
	t->rows = rows[ends];
	t->charset = l->form == LAYOUT_JSON ? CHARSET_UTF8 : ids[charset];
	if (ends == 1 && !t->quotes)
		return (
		    conf_fail(l->conf, conf_get(n, "rows"), e, "'rows: quoted' needs 'quotes'"));
	return (0);
}

int
layout_domain(const struct layout *l, struct layout_field *f, struct err *e)
{
	static const char *const words[] = { "none", "codes", "date", "digits", NULL };
	const struct conf_node *n = f->node->kind == CONF_MAP ? conf_get(f->node, "domain") : NULL;
	const struct conf_node *k;
	int word;

	if (n == NULL)
		return (0);
	if (n->kind == CONF_SCALAR && (word = text_word(n->text, words)) >= LAYOUT_DOMAIN_DATE) {
		f->domain = (enum layout_domain)word;
		return (0);
	}
	if (n->kind != CONF_LIST || n->n == 0)
		return (
		    conf_fail(l->conf, n, e, "'domain' must be a list of codes, date or digits"));
	f->domain = LAYOUT_DOMAIN_CODES;
	f->domain_codes = xcalloc(n->n, sizeof(*f->domain_codes));
	for (k = n->child; k != NULL; k = k->next) {
		if (k->kind != CONF_SCALAR || k->len > f->width)
			return (
			    conf_fail(l->conf, k, e, "a code has up to %zu bytes here", f->width));
		f->domain_codes[f->ndomain++] = k->text;
	}
	return (0);
}

/* Read a field: a name, or a map with what differs from a text of any width. */
static int
text_field(const struct layout *l, const struct layout_segment *s, const struct conf_node *n,
    struct layout_field *f, struct err *e)
{
	static const char *const keys[] = { "name", "width", "decimals", "domain", NULL };
	const struct conf *c = l->conf;
	uint64_t width = l->length, decimals = 0;
	const char *name = n->text;

	if (n->kind != CONF_SCALAR &&
	    (conf_only(c, n, keys, e) || (name = conf_text(c, n, "name", NULL, e)) == NULL ||
		conf_u64(c, n, "width", 1, LAYOUT_MAX_RECORD, &width, e) ||
		conf_u64(c, n, "decimals", 0, NUMBER_MAX_DIGITS - 1, &decimals, e)))
		return (-1);
	if (name[0] == '\0' || strlen(name) > 100 || strpbrk(name, "{}:,\"\n#") != NULL)
		return (conf_fail(c, n, e, "this is not the name of a field"));
	if (layout_field(s, name) >= 0)
		return (conf_fail(c, n, e, "%s is defined twice in segment %s", name, s->id));
	f->name = xstrdup(name);
	f->at = s->nfields;
	f->width = width;
	f->kind = LAYOUT_CHAR;
	f->decimals = (unsigned)decimals;
	f->when = -1;
	f->node = n;
	return (0);
}

int
layout_text_fields(const struct layout *l, struct layout_segment *s, const struct conf_node *list,
    struct err *e)
{
	const struct conf_node *n;

	if (list == NULL || list->kind != CONF_LIST || list->n == 0 || list->n > LAYOUT_MAX_FIELDS)
		return (conf_fail(l->conf, list ? list : s->node, e,
		    "a segment needs a list of 'fields', up to %d", LAYOUT_MAX_FIELDS));
	for (n = list->child; n != NULL; n = n->next) {
		if (n->kind == CONF_LIST)
			return (conf_fail(l->conf, n, e, "a field is a name, or a map"));
		if (s->nfields == s->cap)
			s->fields = xgrow(s->fields, &s->cap, sizeof(*s->fields));
		memset(&s->fields[s->nfields], 0, sizeof(s->fields[0]));
		if (text_field(l, s, n, &s->fields[s->nfields], e) ||
		    layout_domain(l, &s->fields[s->nfields++], e))
			return (-1);
	}
	return (0);
}

/* One of 'by': a field of the segment, and the parent's that holds the same. */
static int
text_relate(const struct layout *l, struct layout_segment *s, const struct conf_node *n,
    struct err *e)
{
	const struct layout_segment *parent = &l->segments[s->parent];
	const char *eq = n->kind == CONF_SCALAR ? strchr(n->text, '=') : NULL;
	char *own = xstrndup(n->kind == CONF_SCALAR ? n->text : "",
	    eq != NULL ? (size_t)(eq - n->text) : n->len);
	int f = layout_field(s, own), up = layout_field(parent, eq != NULL ? eq + 1 : own);

	free(own);
	if (f < 0 || up < 0)
		return (conf_fail(l->conf, n, e,
		    "'by' must name a field of segment %s and one of %s", s->id, parent->id));
	s->by[s->nby] = (size_t)f;
	s->upper[s->nby++] = (size_t)up;
	return (0);
}

int
layout_text_relation(const struct layout *l, struct layout_segment *s, struct err *e)
{
	const struct conf_node *list = conf_get(s->node, "by"), *n;

	if (conf_get(s->node, "file") != NULL &&
	    (s->file = conf_text(l->conf, s->node, "file", NULL, e)) == NULL)
		return (-1);
	if (list == NULL) {
		if (s->file != NULL && s->parent >= 0)
			return (conf_fail(l->conf, s->node, e,
			    "a file of its own needs 'by', the fields that name the parent's row"));
		return (0);
	}
	if (s->parent < 0 || s->file == NULL || list->kind != CONF_LIST || list->n == 0)
		return (conf_fail(l->conf, list, e,
		    "'by' is a list of fields, of a segment with a parent and a file"));
	s->by = xcalloc(list->n, sizeof(*s->by));
	s->upper = xcalloc(list->n, sizeof(*s->upper));
	for (n = list->child; n != NULL; n = n->next)
		if (text_relate(l, s, n, e))
			return (-1);
	return (0);
}
