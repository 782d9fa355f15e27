/* Signing profiles: which bytes of a row were signed, read from YAML. */

#include "audit/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/home.h"

static const char *const profile_keys[] = { "profile", "title", "message", "separator", "json",
	"time", "nulls", "signature", "tables", NULL };
static const char *const profile_json_keys[] = { "spaces", "ascii", "keys", "numbers", NULL };
static const char *const profile_time_keys[] = { "form", "digits", "between", "zone", NULL };
static const char *const profile_signature_keys[] = { "encoding", "prefix", NULL };
static const char *const profile_table_keys[] = { "fields", "unsigned", NULL };
static const char *const profile_field_keys[] = { "name", "column", NULL };

static const char *const profile_forms[] = { "object", "array", "joined", "aegis-1", NULL };
static const char *const profile_orders[] = { "stored", "codepoint", "utf16", "javascript", NULL };
static const char *const profile_numbers[] = { "text", "python", "ecmascript", NULL };
static const char *const profile_times[] = { "iso", "micros", NULL };
static const char *const profile_digits[] = { "always", "python", "trimmed", "millis", NULL };
static const char *const profile_betweens[] = { "T", " ", NULL };
static const char *const profile_zones[] = { "+00:00", "Z", "+00", "none", NULL };
static const char *const profile_nulls[] = { "omit", "null", "empty", "none", NULL };
static const char *const profile_encodings[] = { "hex", "base64", NULL };

/* The place of the word under ${key} among ${words}, or -1 with ${e} set. */
static int
profile_word(const struct conf *c, const struct conf_node *map, const char *key,
    const char *const *words, const char *fallback, struct err *e)
{
	struct buf all = BUF_INIT(1024);
	const char *s = conf_text(c, map, key, fallback, e);
	int i;

	if (s == NULL)
		return (-1);
	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], s) == 0)
			return (i);
	for (i = 0; words[i] != NULL; i++)
		(void)buf_addf(&all, NULL, "%s'%s'", i > 0 ? ", " : "", words[i]);
	(void)conf_fail(c, conf_get(map, key), e, "'%s' is one of %s, not '%s'", key,
	    buf_str(&all, NULL), s);
	buf_free(&all);
	return (-1);
}

/* Read the JSON style; without ${map}, ${j} stays as it is. */
static int
profile_json(const struct conf *c, const struct conf_node *map, struct canon_style *j,
    struct err *e)
{
	int keys, numbers;

	if (map == NULL)
		return (0);
	if (conf_only(c, map, profile_json_keys, e) || conf_bool(c, map, "spaces", &j->spaces, e) ||
	    conf_bool(c, map, "ascii", &j->ascii, e) ||
	    (keys = profile_word(c, map, "keys", profile_orders, "stored", e)) < 0 ||
	    (numbers = profile_word(c, map, "numbers", profile_numbers, "text", e)) < 0)
		return (-1);
	j->keys = (enum canon_keys)keys;
	j->numbers = (enum canon_numbers)numbers;
	return (0);
}

/* Read how the signer writes times; without ${map} as ISO with 'T', six digits and +00:00. */
static int
profile_time(const struct conf *c, const struct conf_node *map, struct profile_time *t,
    struct err *e)
{
	int form, digits, between, zone;

	t->between = 'T';
	t->zone = profile_zones[0];
	if (map == NULL)
		return (0);
	if (conf_only(c, map, profile_time_keys, e) ||
	    (form = profile_word(c, map, "form", profile_times, "iso", e)) < 0 ||
	    (digits = profile_word(c, map, "digits", profile_digits, "always", e)) < 0 ||
	    (between = profile_word(c, map, "between", profile_betweens, "T", e)) < 0 ||
	    (zone = profile_word(c, map, "zone", profile_zones, "+00:00", e)) < 0)
		return (-1);
	t->micros = form == 1;
	t->digits = (enum profile_digits)digits;
	t->between = profile_betweens[between][0];
	t->zone = zone == 3 ? "" : profile_zones[zone];
	return (0);
}

/* Add a signed field: a column's name alone, or a map with another name for it; twice, or the
 * signature itself, is refused. */
static int
profile_field(const struct conf *c, const struct conf_node *n, struct profile_table *t,
    struct err *e)
{
	const char *column, *name;
	struct profile_field *f;
	size_t i;
	int k;

	if (n->kind == CONF_SCALAR) {
		column = name = n->text;
	} else if (conf_only(c, n, profile_field_keys, e) ||
	    (column = conf_text(c, n, "column", NULL, e)) == NULL ||
	    (name = conf_text(c, n, "name", column, e)) == NULL) {
		return (-1);
	}
	if ((k = audit_table_column(t->table, column)) < 0)
		return (conf_fail(c, n, e, "'%s' has no column '%s'", t->table->name, column));
	if ((size_t)k == t->table->signature)
		return (conf_fail(c, n, e, "a signature cannot cover itself, '%s'", column));
	for (i = 0; i < t->n; i++)
		if (t->fields[i].column == (size_t)k || strcmp(t->fields[i].name, name) == 0)
			return (conf_fail(c, n, e, "'%s' is listed twice", name));
	f = &t->fields[t->n++];
	f->name = xstrdup(name);
	f->column = (size_t)k;
	return (0);
}

/* Set ${list} to the list under ${key}, or to NULL if it is not given. */
static int
profile_list(const struct conf *c, const struct conf_node *map, const char *key,
    const struct conf_node **list, struct err *e)
{

	*list = conf_get(map, key);
	if (*list != NULL && (*list)->kind != CONF_LIST)
		return (conf_fail(c, *list, e, "'%s' must be a list", key));
	return (0);
}

/* Read what is signed of the table named by the node's key, and which event types may be unsigned.
 */
static int
profile_one_table(const struct conf *c, const struct conf_node *map, struct profile *p,
    struct err *e)
{
	const struct conf_node *fields, *events, *n;
	struct profile_table *t;

	if (p->ntables == PROFILE_TABLES_MAX || audit_table_find(map->key) == NULL)
		return (conf_fail(c, map, e, "'%s' is not an audit table", map->key));
	t = &p->tables[p->ntables++];
	t->table = audit_table_find(map->key);
	if (conf_only(c, map, profile_table_keys, e) ||
	    profile_list(c, map, "fields", &fields, e) ||
	    profile_list(c, map, "unsigned", &events, e))
		return (-1);
	if (fields == NULL || fields->n == 0)
		return (conf_fail(c, map, e, "'fields' must name what is signed"));
	for (n = fields->child; n != NULL; n = n->next)
		if (profile_field(c, n, t, e))
			return (-1);
	if (events == NULL)
		return (0);
	t->unsigned_events = xcalloc(events->n + 1, sizeof(*t->unsigned_events));
	for (n = events->child; n != NULL; n = n->next) {
		if (n->kind != CONF_SCALAR)
			return (conf_fail(c, n, e, "an event type is a word"));
		t->unsigned_events[t->nunsigned++] = xstrdup(n->text);
	}
	return (0);
}

/* Keys of an object are sorted where those inside are: once, here. */
static void
profile_sort(const struct profile *p, struct profile_table *t)
{
	size_t i, k;

	for (i = 1; i < t->n; i++) {
		struct profile_field f = t->fields[i];

		for (k = i; k > 0 &&
		     canon_key_order(p->json.keys, f.name, strlen(f.name), t->fields[k - 1].name,
			 strlen(t->fields[k - 1].name)) < 0;
		     k--)
			t->fields[k] = t->fields[k - 1];
		t->fields[k] = f;
	}
}

/* aegis-1 signs id, tenant and time itself, and takes no other writing than its own. */
static int
profile_check(const struct conf *c, struct profile *p, struct err *e)
{
	static const char *const own[] = { "separator", "json", "time", "nulls", "signature",
		NULL };
	const struct conf_node *root = conf_root(c);
	size_t i, k;

	for (i = 0; p->form == PROFILE_AEGIS_1 && own[i] != NULL; i++)
		if (conf_get(root, own[i]) != NULL)
			return (conf_fail(c, conf_get(root, own[i]), e,
			    "'message: aegis-1' leaves no choice of '%s'", own[i]));
	for (i = 0; i < p->ntables; i++) {
		struct profile_table *t = &p->tables[i];

		if (p->form == PROFILE_OBJECT && p->json.keys != CANON_KEYS_STORED)
			profile_sort(p, t);
		for (k = 0; p->form == PROFILE_AEGIS_1 && k < t->n; k++)
			if (t->fields[k].column == t->table->id ||
			    t->fields[k].column == t->table->tenant ||
			    t->fields[k].column == t->table->created)
				return (conf_fail(c, root, e,
				    "'message: aegis-1' signs '%s' by itself", t->fields[k].name));
	}
	return (0);
}

/* Fill the zeroed ${p} from the configuration; after a failure too, profile_free() releases it. */
static int
profile_parse(const struct conf *c, struct profile *p, struct err *e)
{
	const struct conf_node *root = conf_root(c), *signature, *tables, *n;
	const char *name, *separator, *prefix = "";
	int form, null, encoding = PROFILE_HEX;

	if (conf_only(c, root, profile_keys, e) ||
	    (name = conf_text(c, root, "profile", NULL, e)) == NULL ||
	    conf_text(c, root, "title", "", e) == NULL ||
	    (form = profile_word(c, root, "message", profile_forms, NULL, e)) < 0 ||
	    (separator = conf_text(c, root, "separator", "", e)) == NULL ||
	    profile_json(c, conf_get(root, "json"), &p->json, e) ||
	    profile_time(c, conf_get(root, "time"), &p->time, e) ||
	    (null = profile_word(c, root, "nulls", profile_nulls, "null", e)) < 0)
		return (-1);
	if ((signature = conf_get(root, "signature")) != NULL &&
	    (conf_only(c, signature, profile_signature_keys, e) ||
		(encoding = profile_word(c, signature, "encoding", profile_encodings, "hex", e)) <
		    0 ||
		(prefix = conf_text(c, signature, "prefix", "", e)) == NULL))
		return (-1);
	p->name = xstrdup(name);
	p->form = (enum profile_form)form;
	p->separator = xstrdup(separator);
	p->null = (enum profile_null)null;
	p->encoding = (enum profile_encoding)encoding;
	p->prefix = xstrdup(prefix);
	(void)snprintf(p->sha256, sizeof(p->sha256), "%s", conf_sha256(c));
	if ((tables = conf_get(root, "tables")) == NULL || tables->kind != CONF_MAP ||
	    tables->n == 0)
		return (conf_fail(c, tables ? tables : root, e, "'tables' must be a map"));
	for (n = tables->child; n != NULL; n = n->next)
		if (profile_one_table(c, n, p, e))
			return (-1);
	return (profile_check(c, p, e));
}

struct profile *
profile_load(const char *name, struct err *e)
{
	struct profile *p;
	char rel[512], path[4096];
	struct conf *c;
	int rc;

	if (strchr(name, '/') == NULL) {
		if (snprintf(rel, sizeof(rel), "audit/%s.yaml", name) >= (int)sizeof(rel))
			rel[0] = '\0';
		if (home_config(path, sizeof(path), rel, e))
			return (NULL);
		name = path;
	}
	if ((c = conf_load(name, e)) == NULL)
		return (NULL);
	p = xcalloc(1, sizeof(*p));
	rc = profile_parse(c, p, e);
	conf_free(c);
	if (rc) {
		profile_free(p);
		return (NULL);
	}
	return (p);
}

void
profile_free(struct profile *p)
{
	size_t i, k;

	if (p == NULL)
		return;
	for (i = 0; i < p->ntables; i++) {
		for (k = 0; k < p->tables[i].n; k++)
			free(p->tables[i].fields[k].name);
		for (k = 0; k < p->tables[i].nunsigned; k++)
			free(p->tables[i].unsigned_events[k]);
		free(p->tables[i].unsigned_events);
	}
	free(p->name);
	free(p->separator);
	free(p->prefix);
	free(p);
}

const struct profile_table *
profile_table(const struct profile *p, const struct audit_table *table)
{
	size_t i;

	for (i = 0; i < p->ntables; i++)
		if (p->tables[i].table == table)
			return (&p->tables[i]);
	return (NULL);
}

bool
profile_unsigned(const struct profile_table *t, const char *event, size_t len)
{
	size_t i;

	for (i = 0; i < t->nunsigned; i++)
		if (strlen(t->unsigned_events[i]) == len &&
		    memcmp(t->unsigned_events[i], event, len) == 0)
			return (true);
	return (false);
}
