/* Files of rules. */

#include "rule/rule_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { RULE_FILE_WHY = 400 };

static const char *const rule_file_keys[] = { "domain", "type", "rules", NULL };
static const char *const rule_file_rule_keys[] = { "rule", "domain", "type", "title", "cite",
	"source", "mark", "verified_as_of", "effective_from", "effective_to", "field", "figures",
	"notes", NULL };
static const char *const rule_file_types[] = { "statewide", "field_specific", "notice", NULL };
static const char *const rule_file_marks[] = { "V-rule", "V-2nd", "UNVERIFIED", NULL };

struct rule_file {
	char *path;
	struct conf *conf;
	const struct conf_node *rules; /* or NULL */
};

/* One rule of the file, while it is looked at. */
struct rule_file_look {
	const struct conf *conf;
	const struct conf_node *map;
	const struct catalog *c;
	struct rule *r;
	struct rule_faults *faults;
	size_t before; /* faults when it began */
};

void
rule_faults_free(struct rule_faults *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->v[i]);
	free(f->v);
	memset(f, 0, sizeof(*f));
}

/* What ${e} says is one fault of several. */
static void
rule_file_add(struct rule_faults *f, struct err *e)
{

	if (e->status == STATUS_OK)
		return;
	if (f->n == f->cap)
		f->v = xgrow(f->v, &f->cap, sizeof(*f->v));
	f->v[f->n++] = xstrdup(e->msg);
	memset(e, 0, sizeof(*e));
}

struct rule_file *
rule_file_open(const char *path, struct err *e)
{
	struct rule_file *f = xcalloc(1, sizeof(*f));

	if ((f->conf = conf_load(path, e)) == NULL) {
		/* To a load this is data, not its configuration. */
		if (e->status == STATUS_CONFIG)
			e->status = STATUS_DATA;
		free(f);
		return (NULL);
	}
	f->path = xstrdup(path);
	f->rules = conf_get(conf_root(f->conf), "rules");
	if (f->rules != NULL && f->rules->kind != CONF_LIST)
		f->rules = NULL;
	return (f);
}

/* The text under ${key}; a fault where it is missing and needed, empty or too long. */
static const char *
rule_file_text(struct rule_file_look *l, const char *key, bool needed, size_t max)
{
	const struct conf_node *n = conf_get(l->map, key);
	struct err e = ERR_INIT;

	if (n == NULL && needed)
		(void)conf_fail(l->conf, l->map, &e, "'%s' is missing", key);
	else if (n == NULL || (n->kind == CONF_SCALAR && n->plain && strcmp(n->text, "~") == 0))
		return (NULL);
	else if (n->kind != CONF_SCALAR || n->len == 0)
		(void)conf_fail(l->conf, n, &e, "'%s' must be a text, and not empty", key);
	else if (n->len > max)
		(void)conf_fail(l->conf, n, &e, "'%s' is longer than %zu bytes", key, max);
	else
		return (n->text);
	rule_file_add(l->faults, &e);
	return (NULL);
}

/* The day under ${key}, or NULL; if it is needed and missing, or malformed, a fault is added. */
static const char *
rule_file_date(struct rule_file_look *l, const char *key, bool needed)
{
	const char *s = rule_file_text(l, key, needed, 100);
	struct err e = ERR_INIT;

	if (s == NULL || rule_day(s))
		return (s);
	(void)conf_fail(l->conf, conf_get(l->map, key), &e,
	    "'%s' must be a day, YYYY-MM-DD, not '%s'", key, s);
	rule_file_add(l->faults, &e);
	return (NULL);
}

/* A word of ${words}; where the rule does not say it, the file's. */
static const char *
rule_file_word(struct rule_file_look *l, const char *key, const char *const *words,
    const char *fallback)
{
	const char *s = conf_get(l->map, key) == NULL && fallback != NULL ?
	    fallback :
	    rule_file_text(l, key, true, 50);
	struct err e = ERR_INIT;
	size_t i;

	for (i = 0; s != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], s) == 0)
			return (s);
	if (s == NULL)
		return (NULL);
	(void)conf_fail(l->conf, conf_get(l->map, key) ? conf_get(l->map, key) : l->map, &e,
	    "'%s' must be %s, %s or %s, not '%s'", key, words[0], words[1], words[2], s);
	rule_file_add(l->faults, &e);
	return (NULL);
}

/* "467 ft": the number, and its unit as the catalog has it. */
static void
rule_file_number(struct rule_file_look *l, const struct conf_node *n, size_t at)
{
	const struct catalog_figure *f = &l->c->figures[at];
	const char *blank = n->kind == CONF_SCALAR ? strchr(n->text, ' ') : NULL;
	char why[RULE_FILE_WHY];
	struct err e = ERR_INIT;

	if (blank == NULL || strcmp(blank + 1, f->unit) != 0)
		(void)conf_fail(l->conf, n, &e, "'%s' must be a number of %s: 123 %s", f->name,
		    f->unit, f->unit);
	else if (rule_number(l->c, l->r, at, n->text, (size_t)(blank - n->text), why, sizeof(why)))
		(void)conf_fail(l->conf, n, &e, "'%s': %s", f->name, why);
	rule_file_add(l->faults, &e);
}

/* Check a text, date or list and set it in the rule, or add the first fault found. */
static void
rule_file_texts(struct rule_file_look *l, const struct conf_node *n, size_t at)
{
	const struct catalog_figure *f = &l->c->figures[at];
	const char **v = xcalloc(n->n + 1, sizeof(*v));
	const struct conf_node *one;
	struct err e = ERR_INIT;
	size_t k = 0;

	if ((f->kind == CATALOG_LIST) != (n->kind == CONF_LIST) || n->kind == CONF_MAP ||
	    (n->kind == CONF_LIST && n->n == 0))
		(void)conf_fail(l->conf, n, &e, "'%s' must be a %s, and not empty", f->name,
		    f->kind == CATALOG_LIST ? "list" : "text");
	for (one = n->kind == CONF_LIST ? n->child : n; e.status == STATUS_OK && one != NULL;
	     one = n->kind == CONF_LIST ? one->next : NULL) {
		if (one->kind != CONF_SCALAR || one->len == 0 || one->len > RULE_TEXT_MAX)
			(void)conf_fail(l->conf, one, &e, "'%s' must be a text of 1 to %d bytes",
			    f->name, RULE_TEXT_MAX);
		else if (f->kind == CATALOG_DATE && !rule_day(one->text))
			(void)conf_fail(l->conf, one, &e, "'%s' must be a day, YYYY-MM-DD",
			    f->name);
		else
			v[k++] = one->text;
	}
	if (e.status == STATUS_OK)
		rule_texts(l->r, at, v, k);
	rule_file_add(l->faults, &e);
	free(v);
}

/* Check all values under 'figures' and set them in the rule; each fault is added. */
static void
rule_file_figures(struct rule_file_look *l)
{
	const struct conf_node *map = conf_get(l->map, "figures"), *n;
	struct err e = ERR_INIT;
	int at;

	if (map == NULL || map->kind != CONF_MAP || map->n == 0) {
		(void)conf_fail(l->conf, map ? map : l->map, &e,
		    "'figures' must be a map with at least one value");
		rule_file_add(l->faults, &e);
		return;
	}
	for (n = map->child; n != NULL; n = n->next) {
		if ((at = catalog_find(l->c, n->key)) < 0)
			(void)conf_fail(l->conf, n, &e,
			    "unknown value '%s' (pipelines/rules.yaml lists them all)", n->key);
		else if (l->r->domain != NULL && !catalog_belongs(&l->c->figures[at], l->r->domain))
			(void)conf_fail(l->conf, n, &e, "a rule of domain '%s' has no value '%s'",
			    l->r->domain, n->key);
		else if (l->c->figures[at].kind == CATALOG_NUMBER)
			rule_file_number(l, n, (size_t)at);
		else
			rule_file_texts(l, n, (size_t)at);
		rule_file_add(l->faults, &e);
	}
}

/* Read identifier, domain, type and field; domain and type default to those of the file. */
static void
rule_file_identity(struct rule_file_look *l, const struct rule_file *f)
{
	const struct conf_node *root = conf_root(f->conf);
	const char *domain = conf_text(f->conf, root, "domain", "", NULL),
		   *type = conf_text(f->conf, root, "type", "statewide", NULL);
	struct rule *r = l->r;
	struct err e = ERR_INIT;

	r->identifier = rule_file_text(l, "rule", true, RULE_IDENTIFIER_MAX);
	if (r->identifier != NULL &&
	    strspn(r->identifier,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/-") !=
		strlen(r->identifier))
		(void)conf_fail(l->conf, conf_get(l->map, "rule"), &e,
		    "'rule' is made of letters, digits and _ . : / -");
	rule_file_add(l->faults, &e);
	if (conf_get(l->map, "domain") != NULL || domain == NULL || domain[0] == '\0')
		r->domain = rule_file_text(l, "domain", true, 50);
	else
		r->domain = domain;
	if (r->domain != NULL && !catalog_domain(l->c, r->domain)) {
		(void)conf_fail(l->conf, conf_get(r->domain == domain ? root : l->map, "domain"),
		    &e, "no filing is based on the domain '%s'", r->domain);
		r->domain = NULL;
	}
	rule_file_add(l->faults, &e);
	r->type = rule_file_word(l, "type", rule_file_types, type);
	r->field = rule_file_text(l, "field", false, 255);
	if (r->type != NULL && (strcmp(r->type, "field_specific") == 0) != (r->field != NULL))
		(void)conf_fail(l->conf, l->map, &e,
		    "'field' goes with 'type: field_specific', and that with 'field'");
	else if (r->field != NULL && strncmp(r->field, "field:", 6) != 0)
		(void)conf_fail(l->conf, conf_get(l->map, "field"), &e,
		    "'field' must be a field's key, field:NNNNNNNN");
	rule_file_add(l->faults, &e);
}

/* One rule of the list into l->r; true where nothing is wrong with it. */
static bool
rule_file_rule(struct rule_file_look *l, const struct rule_file *f)
{
	struct rule *r = l->r;
	struct err e = ERR_INIT;

	rule_clear(r);
	l->before = l->faults->n;
	(void)conf_only(l->conf, l->map, rule_file_rule_keys, &e);
	rule_file_add(l->faults, &e);
	if (l->map->kind != CONF_MAP)
		return (false);
	rule_file_identity(l, f);
	r->title = rule_file_text(l, "title", true, RULE_CITE_MAX);
	r->cite = rule_file_text(l, "cite", true, RULE_CITE_MAX);
	r->source = rule_file_text(l, "source", true, RULE_CITE_MAX);
	r->mark = rule_file_word(l, "mark", rule_file_marks, NULL);
	r->notes = rule_file_text(l, "notes", false, RULE_TEXT_MAX);
	r->verified_as_of = rule_file_date(l, "verified_as_of", true);
	r->effective_from = rule_file_date(l, "effective_from", false);
	r->effective_to = rule_file_date(l, "effective_to", false);
	if (r->effective_to != NULL && r->effective_from != NULL &&
	    strcmp(r->effective_to, r->effective_from) <= 0)
		(void)conf_fail(l->conf, conf_get(l->map, "effective_to"), &e,
		    "'effective_to' (%s) is not after 'effective_from' (%s)", r->effective_to,
		    r->effective_from);
	rule_file_add(l->faults, &e);
	rule_file_figures(l);
	return (l->faults->n == l->before);
}

int
rule_file_rules(struct rule_file *f, const struct catalog *c, struct rule_faults *faults,
    rule_file_fn *take, void *cookie, struct err *e)
{
	struct rule_file_look l = { f->conf, NULL, c, NULL, faults, 0 };
	char why[RULE_FILE_WHY];
	struct err fault = ERR_INIT;
	const struct conf_node *n;
	int rc = 0;

	(void)conf_only(f->conf, conf_root(f->conf), rule_file_keys, &fault);
	rule_file_add(faults, &fault);
	if (f->rules == NULL || f->rules->n == 0) {
		(void)conf_fail(f->conf, conf_root(f->conf), &fault,
		    "'rules' must be a list with a rule at least");
		rule_file_add(faults, &fault);
		return (0);
	}
	l.r = rule_new(c);
	for (n = f->rules->child; n != NULL && rc == 0; n = n->next) {
		l.map = n;
		if (rule_file_rule(&l, f))
			rc = take(cookie, l.r, n->line,
			    rule_implausible(c, l.r, why, sizeof(why)) ? why : NULL, e);
	}
	rule_free(l.r);
	return (rc);
}

struct rule_file_name {
	const struct rule_file *f;
	const struct conf_node *n;
	const char *name;
	size_t seq;
};

/* Order by name, and then by position, for qsort(). */
static int
rule_file_order(const void *a, const void *b)
{
	const struct rule_file_name *x = a, *y = b;
	int rc = strcmp(x->name, y->name);

	return (rc ? rc : x->seq < y->seq ? -1 : x->seq > y->seq);
}

/* How many entries the file's list of rules has, right or wrong. */
static size_t
rule_file_count(const struct rule_file *f)
{

	return (f->rules == NULL ? 0 : f->rules->n);
}

void
rule_file_twice(struct rule_file *const *f, size_t n, struct rule_faults *faults)
{
	const struct conf_node *one, *id;
	struct rule_file_name *v;
	struct err e = ERR_INIT;
	size_t i, k = 0, total = 0;

	for (i = 0; i < n; i++)
		total += rule_file_count(f[i]);
	v = xcalloc(total + 1, sizeof(*v));
	for (i = 0; i < n; i++)
		for (one = f[i]->rules ? f[i]->rules->child : NULL; one != NULL; one = one->next) {
			if (one->kind != CONF_MAP || (id = conf_get(one, "rule")) == NULL ||
			    id->kind != CONF_SCALAR)
				continue;
			v[k].f = f[i];
			v[k].n = id;
			v[k].name = id->text;
			v[k].seq = k;
			k++;
		}
	qsort(v, k, sizeof(*v), rule_file_order);
	for (i = 1; i < k; i++) {
		if (strcmp(v[i].name, v[i - 1].name) != 0)
			continue;
		(void)conf_fail(v[i].f->conf, v[i].n, &e, "rule '%s' is already defined in %s:%d",
		    v[i].name, v[i - 1].f->path, v[i - 1].n->line);
		rule_file_add(faults, &e);
	}
	free(v);
}

const char *
rule_file_sha256(const struct rule_file *f)
{

	return (conf_sha256(f->conf));
}

void
rule_file_free(struct rule_file *f)
{

	if (f == NULL)
		return;
	conf_free(f->conf);
	free(f->path);
	free(f);
}
