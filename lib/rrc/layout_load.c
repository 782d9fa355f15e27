/* Layouts from their files. */

#include "rrc/layout_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/home.h"
#include "base/num.h"
#include "rrc/layout_field.h"
#include "rrc/layout_text.h"
#include "rrc/persons.h"

/* Read 'record': the record length, place and width of the id, and the byte that marks a continued
 * line; or how a text's rows are made. */
static int
layout_record_parse(struct layout *l, const struct conf_node *root, struct err *e)
{
	static const char *const keys[] = { "length", "id_at", "id_width", "continued", "encoding",
		NULL };
	static const char *const text_keys[] = { "length", LAYOUT_TEXT_KEYS, NULL };
	const struct conf_node *n = conf_get(root, "record");
	uint64_t length = LAYOUT_MAX_RECORD, at = 0, width = 2;
	const char *continued, *encoding;
	unsigned char byte;

	if (n == NULL)
		return (conf_fail(l->conf, root, e, "'record' is missing"));
	if (conf_get(n, "delimiter") != NULL || conf_get(n, "json") != NULL) {
		l->continued = -1;
		if (conf_only(l->conf, n, text_keys, e) ||
		    conf_u64(l->conf, n, "length", 2, LAYOUT_MAX_RECORD, &length, e))
			return (-1);
		l->length = length;
		return (layout_text_record(l, n, e));
	}
	if (conf_only(l->conf, n, keys, e) || conf_text(l->conf, n, "length", NULL, e) == NULL ||
	    conf_u64(l->conf, n, "length", 2, LAYOUT_MAX_RECORD, &length, e) ||
	    conf_u64(l->conf, n, "id_at", 0, LAYOUT_MAX_RECORD, &at, e) ||
	    conf_u64(l->conf, n, "id_width", 0, 2, &width, e) ||
	    (continued = conf_text(l->conf, n, "continued", "", e)) == NULL ||
	    (encoding = conf_text(l->conf, n, "encoding", "", e)) == NULL)
		return (-1);
	if (encoding[0] != '\0' && strcmp(encoding, "ascii") != 0 &&
	    strcmp(encoding, "ebcdic") != 0)
		return (conf_fail(l->conf, conf_get(n, "encoding"), e,
		    "'encoding' must be ascii or ebcdic"));
	l->encoding = encoding;
	l->continued = -1;
	if (continued[0] != '\0') {
		if (strlen(continued) != 2 || num_unhex(&byte, continued, 1))
			return (conf_fail(l->conf, conf_get(n, "continued"), e,
			    "'continued' must be a byte, as two hex digits in quotes"));
		l->continued = byte;
	}
	l->length = length;
	l->id_at = at;
	l->id_width = width;
	if (l->id_at + l->id_width > l->length)
		return (conf_fail(l->conf, n, e, "the record id lies outside the record"));
	return (0);
}

/* Read the code tables, if any; a meaning of ~ or null leaves the code's text NULL. */
static int
layout_tables_parse(struct layout *l, const struct conf_node *all, struct err *e)
{
	const struct conf_node *t, *k;
	size_t i;

	if (all == NULL)
		return (0);
	if (all->kind != CONF_MAP)
		return (conf_fail(l->conf, all, e, "'codes' must be a map of tables"));
	l->tables = xcalloc(all->n, sizeof(*l->tables));
	for (t = all->child; t != NULL; t = t->next) {
		struct layout_codes *table = &l->tables[l->ntables++];

		if (t->kind != CONF_MAP || t->n == 0)
			return (
			    conf_fail(l->conf, t, e, "a code table must be {CODE: meaning, ...}"));
		table->name = t->key;
		table->codes = xcalloc(t->n, sizeof(*table->codes));
		for (k = t->child, i = 0; k != NULL; k = k->next, i++) {
			struct layout_code *code = &table->codes[table->n++];

			if (k->kind != CONF_SCALAR)
				return (conf_fail(l->conf, k, e, "a meaning must be one text"));
			code->raw = k->key;
			code->rawlen = strlen(k->key);
			if (k->plain && (strcmp(k->text, "~") == 0 || strcmp(k->text, "null") == 0))
				continue;
			if (k->len == 0)
				return (conf_fail(l->conf, k, e,
				    "an empty meaning; no value is written ~"));
			code->text = k->text;
			code->len = k->len;
		}
	}
	return (0);
}

/* Read the segment's key as indexes of its fields; only a root segment must have one. */
static int
layout_key_parse(struct layout *l, struct layout_segment *s, struct err *e)
{
	const struct conf_node *list = conf_get(s->node, "key"), *k;
	int f;

	if (list == NULL && s->parent < 0)
		return (conf_fail(l->conf, s->node, e, "a root segment needs a 'key'"));
	if (list == NULL)
		return (0);
	if (list->kind != CONF_LIST || list->n == 0)
		return (conf_fail(l->conf, list, e, "'key' must be a list of fields"));
	s->key = xcalloc(list->n, sizeof(*s->key));
	for (k = list->child; k != NULL; k = k->next) {
		if (k->kind != CONF_SCALAR || (f = layout_field(s, k->text)) < 0 ||
		    s->fields[f].kind == LAYOUT_GROUP)
			return (conf_fail(l->conf, k, e,
			    "segment %s has no field '%s' that could be "
			    "part of its key",
			    s->id, k->kind == CONF_SCALAR ? k->text : "?"));
		s->key[s->nkey++] = (size_t)f;
	}
	return (0);
}

/* "repeats: FIELD": the field has what its root's key, of one field, has. */
static int
layout_repeats_parse(const struct layout *l, struct layout_segment *s, struct err *e)
{
	const struct conf_node *n = conf_get(s->node, "repeats");
	const struct layout_segment *root = s;

	if (n == NULL)
		return (0);
	while (root->parent >= 0)
		root = &l->segments[root->parent];
	s->repeats = n->kind == CONF_SCALAR ? layout_field(s, n->text) : -1;
	if (s->repeats < 0 || root == s || root->nkey != 1 ||
	    root->fields[root->key[0]].width != s->fields[s->repeats].width)
		return (conf_fail(l->conf, n, e,
		    "'repeats' must name a field as wide as the key, of one field, of the root"));
	return (0);
}

/* Check the segment's id, and make its label: it also names streams and files of --split. */
static int
layout_id_check(struct layout *l, struct layout_segment *s, struct err *e)
{
	const size_t width = l->id_width > 0 ? l->id_width : 1;
	const struct conf_node *at = conf_get(s->node, "id");
	const char *from = s->id + strspn(s->id, " ");
	size_t n = strlen(from);
	char *label;

	while (n > 0 && from[n - 1] == ' ')
		n--;
	s->label = label = xstrndup(from, n);
	for (; l->form != LAYOUT_RECORDS && *label != '\0'; label++)
		if (strchr("/., \"%", *label) != NULL)
			*label = '-';
	if (l->form == LAYOUT_RECORDS ? strlen(s->id) != width : n == 0 || strlen(s->id) > 40)
		return (conf_fail(l->conf, at, e, "a record id has %zu bytes here", width));
	if (n == 0 || strpbrk(s->label, "/., \"%") != NULL)
		return (conf_fail(l->conf, at, e, "the id '%s' cannot be in the name of a stream",
		    s->id));
	if (layout_segment(l, s->id) >= 0 || layout_segment(l, s->label) >= 0)
		return (conf_fail(l->conf, s->node, e, "segment '%s' is listed twice", s->id));
	if (l->form == LAYOUT_RECORDS && l->id_width == 0 && l->nsegments > 0)
		return (
		    conf_fail(l->conf, s->node, e, "records without an id are all of one segment"));
	return (0);
}

/* Append a segment with its fields and key; its parent must be listed above it. */
static int
layout_segment_parse(struct layout *l, const struct conf_node *n, struct err *e)
{
	static const char *const keys[] = { "id", "name", "parent", "key", "length", "fields",
		"file", "by", "repeats", NULL };
	struct layout_segment *s = &l->segments[l->nsegments];
	const struct conf *c = l->conf;
	const char *parent;
	uint64_t length = l->length;

	s->node = n;
	s->parent = s->repeats = -1;
	s->bit = (uint64_t)1 << l->nsegments;
	if (conf_only(c, n, keys, e) || (s->id = conf_text(c, n, "id", NULL, e)) == NULL ||
	    (s->name = conf_text(c, n, "name", NULL, e)) == NULL ||
	    conf_u64(c, n, "length", l->id_at + l->id_width, l->length, &length, e))
		return (-1);
	s->length = length;
	if (conf_get(n, "parent") != NULL) {
		if ((parent = conf_text(c, n, "parent", NULL, e)) == NULL)
			return (-1);
		if ((s->parent = layout_segment(l, parent)) < 0)
			return (conf_fail(c, conf_get(n, "parent"), e,
			    "the parent '%s' is not a segment above", parent));
		s->ancestors = l->segments[s->parent].ancestors | l->segments[s->parent].bit;
	}
	if (layout_id_check(l, s, e)) {
		free((void *)(uintptr_t)s->label);
		return (-1);
	}
	l->nsegments++;
	/* A kind of record that is known, and no more than that. */
	if (conf_get(n, "fields") == NULL && s->parent >= 0 && l->form == LAYOUT_RECORDS)
		return (0);
	if (l->form == LAYOUT_RECORDS ? layout_field_parse(l, s, conf_get(n, "fields"), e) :
					layout_text_fields(l, s, conf_get(n, "fields"), e))
		return (-1);
	if (l->form == LAYOUT_RECORDS && (conf_get(n, "file") != NULL || conf_get(n, "by") != NULL))
		return (conf_fail(c, n, e, "'file' and 'by' are for delimited files and JSON"));
	return (layout_text_relation(l, s, e) || layout_key_parse(l, s, e) ||
	    layout_repeats_parse(l, s, e));
}

/* Fill ${l} from the root of its configuration; on failure the caller frees what was built. */
static int
layout_build(struct layout *l, struct err *e)
{
	static const char *const keys[] = { "layout", "title", "record", "codes", "persons",
		"views", "segments", NULL };
	const struct conf_node *root = conf_root(l->conf), *list, *n;

	if (conf_only(l->conf, root, keys, e) ||
	    (l->name = conf_text(l->conf, root, "layout", NULL, e)) == NULL ||
	    (l->title = conf_text(l->conf, root, "title", "", e)) == NULL ||
	    layout_record_parse(l, root, e) || layout_tables_parse(l, conf_get(root, "codes"), e))
		return (-1);
	if (l->name[0] == '\0' || strlen(l->name) > 40 ||
	    strspn(l->name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(l->name))
		return (conf_fail(l->conf, conf_get(root, "layout"), e,
		    "a layout's name is made of a-z, 0-9, _ and -"));
	list = conf_get(root, "segments");
	if (list == NULL || list->kind != CONF_LIST || list->n == 0)
		return (
		    conf_fail(l->conf, list ? list : root, e, "a list of 'segments' is missing"));
	if (list->n > LAYOUT_MAX_SEGMENTS)
		return (conf_fail(l->conf, list, e, "more than %d segments", LAYOUT_MAX_SEGMENTS));
	l->segments = xcalloc(list->n, sizeof(*l->segments));
	for (n = list->child; n != NULL; n = n->next)
		if (layout_segment_parse(l, n, e))
			return (-1);
	return (persons_parse(l, e));
}

/* Take over ${conf}; NULL is passed through. */
static struct layout *
layout_of(struct conf *conf, struct err *e)
{
	struct layout *l;

	if (conf == NULL)
		return (NULL);
	l = xcalloc(1, sizeof(*l));
	l->conf = conf;
	if (layout_build(l, e) == 0)
		return (l);
	layout_free(l);
	return (NULL);
}

struct layout *
layout_load(const char *path, struct err *e)
{

	return (layout_of(conf_load(path, e), e));
}

struct layout *
layout_parse(const char *name, const void *p, size_t len, struct err *e)
{

	return (layout_of(conf_parse(name, p, len, e), e));
}

struct layout *
layout_find(const char *name, struct err *e)
{
	size_t n = strlen(name);
	struct layout *l;
	char rel[200], path[4096];

	if (strchr(name, '/') != NULL || (n > 5 && strcmp(name + n - 5, ".yaml") == 0))
		return (layout_load(name, e));
	if (n > 100) {
		(void)err_set(e, STATUS_CONFIG, "no layout has a name that long");
		return (NULL);
	}
	(void)snprintf(rel, sizeof(rel), "pipelines/layouts/%s.yaml", name);
	if (home_path(path, sizeof(path), rel, e))
		return (NULL);
	if (access(path, F_OK) != 0) {
		(void)err_set(e, STATUS_USAGE, "layout '%s' does not exist", name);
		(void)err_hint(e, "it would be '%s'", path);
		return (NULL);
	}
	if ((l = layout_load(path, e)) == NULL)
		return (NULL);
	if (strcmp(l->name, name) == 0)
		return (l);
	(void)err_set(e, STATUS_CONFIG, "%s: names itself layout '%s'", path, l->name);
	layout_free(l);
	return (NULL);
}
