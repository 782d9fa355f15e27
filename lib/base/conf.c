/* YAML files as trees whose nodes know their line and column. */

#include "base/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/num.h"

enum { CONF_MAX_BYTES = 4 << 20, CONF_MAX_DEPTH = 32, CONF_MAX_NODES = 200000 };

struct conf {
	char *name;
	struct conf_node *root;
	size_t nodes;
	char sha256[DIGEST_SHA256_HEX + 1];
};

/* Free ${n} with its text, its key and all nodes below it; NULL does nothing. */
static void
conf_free_node(struct conf_node *n)
{
	struct conf_node *c, *next;

	if (n == NULL)
		return;
	for (c = n->child; c != NULL; c = next) {
		next = c->next;
		conf_free_node(c);
	}
	free((void *)(uintptr_t)n->text);
	free((void *)(uintptr_t)n->key);
	free(n);
}

void
conf_free(struct conf *c)
{

	if (c == NULL)
		return;
	conf_free_node(c->root);
	free(c->name);
	free(c);
}

const struct conf_node *
conf_root(const struct conf *c)
{

	return (c->root);
}

const char *
conf_sha256(const struct conf *c)
{

	return (c->sha256);
}

int
conf_fail(const struct conf *c, const struct conf_node *node, struct err *e, const char *fmt, ...)
{
	char msg[700];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return (err_set(e, STATUS_CONFIG, "%s:%d:%d: %s", c->name, node->line, node->column, msg));
}

/* Report ${what} as a configuration error at the parser mark ${m}, with line and column from 1;
 * always return -1. */
static int
conf_fail_mark(const struct conf *c, const yaml_mark_t *m, struct err *e, const char *what)
{

	return (
	    err_set(e, STATUS_CONFIG, "%s:%zu:%zu: %s", c->name, m->line + 1, m->column + 1, what));
}

static int conf_value(struct conf *c, yaml_parser_t *y, yaml_event_t *ev, int depth,
    struct conf_node **out, struct err *e);

/* Take the parser's next event, which the caller deletes; a YAML error is reported with its
 * position. */
static int
conf_event(struct conf *c, yaml_parser_t *y, yaml_event_t *ev, struct err *e)
{

	if (yaml_parser_parse(y, ev))
		return (0);
	return (err_set(e, STATUS_CONFIG, "%s:%zu:%zu: %s%s%s", c->name, y->problem_mark.line + 1,
	    y->problem_mark.column + 1, y->context ? y->context : "", y->context ? ": " : "",
	    y->problem ? y->problem : "not YAML"));
}

/* By key, and of one key the first in the file first. */
static int
conf_compare(const void *a, const void *b)
{
	const struct conf_node *x = *(const struct conf_node *const *)a,
			       *y = *(const struct conf_node *const *)b;
	int rc = strcmp(x->key, y->key);

	if (rc == 0)
		rc = (x->key_line > y->key_line) - (x->key_line < y->key_line);
	if (rc == 0)
		rc = (x->key_column > y->key_column) - (x->key_column < y->key_column);
	return (rc);
}

/* No key of a map twice: the first that repeats one, in the order of the file, is named. */
static int
conf_unique(struct conf *c, struct conf_node *n, struct err *e)
{
	struct conf_node **all = xcalloc(n->n + 1, sizeof(struct conf_node *)), *kid, *bad = NULL;
	struct conf_node at;
	size_t i, k = 0;

	for (kid = n->child; kid != NULL; kid = kid->next)
		all[k++] = kid;
	qsort(all, k, sizeof(struct conf_node *), conf_compare);
	for (i = 1; i < k; i++)
		if (strcmp(all[i - 1]->key, all[i]->key) == 0 &&
		    (bad == NULL || all[i]->key_line < bad->key_line ||
			(all[i]->key_line == bad->key_line &&
			    all[i]->key_column < bad->key_column)))
			bad = all[i];
	free(all);
	if (bad == NULL)
		return (0);
	at = *bad;
	at.line = bad->key_line;
	at.column = bad->key_column;
	return (conf_fail(c, &at, e, "this key is listed twice"));
}

/* The elements of a list or map, up to its end event. */
static int
conf_children(struct conf *c, yaml_parser_t *y, struct conf_node *n, yaml_event_type_t end,
    int depth, struct err *e)
{
	struct conf_node **tail = &n->child, *kid;
	int key_line = 0, key_column = 0;
	yaml_event_t ev;

	for (;;) {
		char *key = NULL;

		if (conf_event(c, y, &ev, e))
			return (-1);
		if (ev.type == end) {
			yaml_event_delete(&ev);
			return (n->kind == CONF_MAP ? conf_unique(c, n, e) : 0);
		}
		if (n->kind == CONF_MAP) {
			if (ev.type != YAML_SCALAR_EVENT) {
				(void)conf_fail_mark(c, &ev.start_mark, e,
				    "a key must be a plain word");
				yaml_event_delete(&ev);
				return (-1);
			}
			key_line = (int)ev.start_mark.line + 1;
			key_column = (int)ev.start_mark.column + 1;
			key = xstrdup((const char *)ev.data.scalar.value);
			yaml_event_delete(&ev);
			if (conf_event(c, y, &ev, e)) {
				free(key);
				return (-1);
			}
		}
		kid = NULL;
		if (conf_value(c, y, &ev, depth + 1, &kid, e)) {
			free(key);
			conf_free_node(kid);
			return (-1);
		}
		kid->key = key;
		kid->key_line = key_line;
		kid->key_column = key_column;
		*tail = kid;
		tail = &kid->next;
		n->n++;
	}
}

/* The node that starts with ${ev}; the event is deleted here. */
static int
conf_value(struct conf *c, yaml_parser_t *y, yaml_event_t *ev, int depth, struct conf_node **out,
    struct err *e)
{
	struct conf_node *n;
	yaml_event_type_t type = ev->type;
	int rc = 0;

	*out = n = xcalloc(1, sizeof(*n));
	n->line = (int)ev->start_mark.line + 1;
	n->column = (int)ev->start_mark.column + 1;
	if (++c->nodes > CONF_MAX_NODES || depth > CONF_MAX_DEPTH) {
		rc = conf_fail(c, n, e, "too many or too deep");
	} else if (type == YAML_SCALAR_EVENT) {
		n->kind = CONF_SCALAR;
		n->len = ev->data.scalar.length;
		n->text = xstrndup((const char *)ev->data.scalar.value, n->len);
		n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		if (memchr(n->text, '\0', n->len) != NULL)
			rc = conf_fail(c, n, e, "a NUL in a text");
	} else if (type == YAML_SEQUENCE_START_EVENT) {
		n->kind = CONF_LIST;
	} else if (type == YAML_MAPPING_START_EVENT) {
		n->kind = CONF_MAP;
	} else if (type == YAML_ALIAS_EVENT) {
		rc = conf_fail(c, n, e, "aliases (*name) are not taken here");
	} else {
		rc = conf_fail(c, n, e, "a value is missing");
	}
	yaml_event_delete(ev);
	if (rc == 0 && n->kind == CONF_LIST)
		rc = conf_children(c, y, n, YAML_SEQUENCE_END_EVENT, depth, e);
	if (rc == 0 && n->kind == CONF_MAP)
		rc = conf_children(c, y, n, YAML_MAPPING_END_EVENT, depth, e);
	return (rc);
}

/* Build c->root from the one document of the stream; an empty stream or a second document is an
 * error. */
static int
conf_document(struct conf *c, yaml_parser_t *y, struct err *e)
{
	yaml_event_t ev;
	int state = 0; /* 0 before the document, 1 after its value */

	for (;;) {
		yaml_event_type_t type;

		if (conf_event(c, y, &ev, e))
			return (-1);
		type = ev.type;
		if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_END_EVENT) {
			yaml_event_delete(&ev);
		} else if (type == YAML_STREAM_END_EVENT) {
			yaml_event_delete(&ev);
			if (state == 0)
				return (err_set(e, STATUS_CONFIG, "%s: empty", c->name));
			return (0);
		} else if (type == YAML_DOCUMENT_START_EVENT && state == 0) {
			yaml_event_delete(&ev);
		} else if (state == 1) {
			(void)conf_fail_mark(c, &ev.start_mark, e, "a second document");
			yaml_event_delete(&ev);
			return (-1);
		} else {
			state = 1;
			if (conf_value(c, y, &ev, 1, &c->root, e))
				return (-1);
		}
	}
}

struct conf *
conf_parse(const char *name, const void *p, size_t len, struct err *e)
{
	struct digest_sha256 *sha = digest_sha256_new();
	struct conf *c = xcalloc(1, sizeof(*c));
	yaml_parser_t y;
	int rc;

	c->name = xstrdup(name);
	digest_sha256_update(sha, p, len);
	digest_sha256_final(sha, c->sha256);
	if (!yaml_parser_initialize(&y)) {
		(void)err_set(e, STATUS_TEMPFAIL, "%s: out of memory", name);
		conf_free(c);
		return (NULL);
	}
	yaml_parser_set_input_string(&y, p, len);
	rc = conf_document(c, &y, e);
	yaml_parser_delete(&y);
	if (rc) {
		conf_free(c);
		return (NULL);
	}
	return (c);
}

struct conf *
conf_load(const char *path, struct err *e)
{
	struct buf b = BUF_INIT(CONF_MAX_BYTES);
	struct conf *c = NULL;

	if (io_slurp(path, &b, e) == 0)
		c = conf_parse(path, b.p ? b.p : "", b.len, e);
	buf_free(&b);
	return (c);
}

const struct conf_node *
conf_get(const struct conf_node *map, const char *key)
{
	const struct conf_node *k;

	if (map == NULL || map->kind != CONF_MAP)
		return (NULL);
	for (k = map->child; k != NULL; k = k->next)
		if (strcmp(k->key, key) == 0)
			return (k);
	return (NULL);
}

int
conf_only(const struct conf *c, const struct conf_node *map, const char *const *keys, struct err *e)
{
	const struct conf_node *k;
	size_t i;

	if (map->kind != CONF_MAP)
		return (conf_fail(c, map, e, "must be a map of keys and values"));
	for (k = map->child; k != NULL; k = k->next) {
		for (i = 0; keys[i] != NULL && strcmp(keys[i], k->key) != 0; i++)
			continue;
		if (keys[i] == NULL)
			return (conf_fail(c, k, e, "unknown key '%s'", k->key));
	}
	return (0);
}

const char *
conf_text(const struct conf *c, const struct conf_node *map, const char *key, const char *fallback,
    struct err *e)
{
	const struct conf_node *n = conf_get(map, key);

	if (n == NULL) {
		if (fallback == NULL)
			(void)conf_fail(c, map, e, "'%s' is missing", key);
		return (fallback);
	}
	if (n->kind != CONF_SCALAR) {
		(void)conf_fail(c, n, e, "'%s' must be one word or text", key);
		return (NULL);
	}
	return (n->text);
}

int
conf_word(const struct conf *c, const struct conf_node *map, const char *key,
    const char *const *words, const char *fallback, int *out, struct err *e)
{
	const char *s = conf_text(c, map, key, fallback, e);
	struct buf all = BUF_INIT(1 << 10);
	const struct conf_node *n;
	int i;

	if (s == NULL)
		return (-1);
	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], s) == 0) {
			*out = i;
			return (0);
		}
	for (i = 0; words[i] != NULL; i++)
		if (buf_addf(&all, e, "%s%s",
			i == 0           ? "" :
			    words[i + 1] ? ", " :
					   " or ",
			words[i])) {
			buf_free(&all);
			return (-1);
		}
	n = conf_get(map, key);
	(void)conf_fail(c, n ? n : map, e, "'%s' must be %s", key, all.p);
	buf_free(&all);
	return (-1);
}

int
conf_u64(const struct conf *c, const struct conf_node *map, const char *key, uint64_t min,
    uint64_t max, uint64_t *out, struct err *e)
{
	const struct conf_node *n = conf_get(map, key);

	if (n == NULL)
		return (0);
	if (n->kind != CONF_SCALAR || num_u64(n->text, n->len, min, max, out))
		return (conf_fail(c, n, e, "'%s' must be a number from %llu to %llu", key,
		    (unsigned long long)min, (unsigned long long)max));
	return (0);
}

int
conf_bool(const struct conf *c, const struct conf_node *map, const char *key, bool *out,
    struct err *e)
{
	const struct conf_node *n = conf_get(map, key);

	if (n == NULL)
		return (0);
	if (n->kind == CONF_SCALAR && strcmp(n->text, "true") == 0)
		*out = true;
	else if (n->kind == CONF_SCALAR && strcmp(n->text, "false") == 0)
		*out = false;
	else
		return (conf_fail(c, n, e, "'%s' must be true or false", key));
	return (0);
}
