/* An entity type: its fields, what is checked of them, and their digest. */

#include "entity/definition.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "entity/check.h"

static const char *const definition_roles[] = {
	[ROLE_NONE] = NULL,
	[ROLE_IDENTITY] = "identity",
	[ROLE_NAME] = "name",
	[ROLE_FIELD] = "field",
	[ROLE_DISTRICT] = "district",
	[ROLE_OPERATOR] = "operator",
};

int
definition_role(const char *name, enum field_role *role)
{
	size_t i;

	for (i = 1; i < sizeof(definition_roles) / sizeof(definition_roles[0]); i++) {
		if (strcmp(definition_roles[i], name) == 0) {
			*role = (enum field_role)i;
			return (0);
		}
	}
	return (-1);
}

const char *
definition_role_name(enum field_role role)
{

	return (definition_roles[role]);
}

/* A type's key stands in stream kinds and before the ':' of entity keys. */
static bool
definition_type_ok(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return (n >= 1 && n <= 64 && s[n] == '\0' && s[0] >= 'a');
}

/* A field's key is a column of entity: streams, where '_' begins our own. */
static bool
definition_key_ok(const char *s)
{
	size_t n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_.-");

	return (n >= 1 && n <= 64 && s[n] == '\0' &&
	    ((s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z')) &&
	    strcmp(s, "entity_key") != 0);
}

struct entity_definition *
definition_new(const char *tenant, const char *type, size_t n, struct err *e)
{
	struct entity_definition *d = xcalloc(1, sizeof(*d));

	if (num_uuid(d->tenant, tenant)) {
		(void)err_set(e, STATUS_USAGE, "the tenant '%s' is not a UUID", tenant);
		goto err1;
	}
	if (!definition_type_ok(type)) {
		(void)err_set(e, STATUS_CONFIG,
		    "'%s' cannot be a type's key (small letters, digits and '_')", type);
		goto err1;
	}
	d->type = xstrdup(type);
	d->fields = xcalloc(n, sizeof(*d->fields));
	d->n = n;
	return (d);
err1:
	free(d);
	return (NULL);
}

const char *
definition_refers(const struct entity_definition *d, const char *parent)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->fields[i].ref != NULL && strcmp(d->fields[i].ref, parent) == 0)
			return (d->fields[i].key);
	return (NULL);
}

bool
definition_person(const void *d, const char *field)
{
	const struct field_definition *f = definition_find(d, field);

	return (f != NULL && f->person != NULL);
}

bool
definition_person_key(const struct entity_definition *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->fields[i].role == ROLE_IDENTITY && d->fields[i].person != NULL &&
		    !d->fields[i].hashed)
			return (true);
	return (false);
}

void
definition_field_clear(struct field_definition *f)
{
	size_t k;

	free(f->key);
	free(f->input_type);
	free(f->preset);
	for (k = 0; k < f->nchoices; k++)
		free(f->choices[k]);
	free(f->choices);
	free(f->ref);
	free(f->through);
	free(f->person);
	free(f->rrc_key);
	memset(f, 0, sizeof(*f));
}

void
definition_free(struct entity_definition *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->n; i++)
		definition_field_clear(&d->fields[i]);
	free(d->fields);
	free(d->type);
	free(d);
}

size_t
definition_key_hash(const char *parts, size_t len, char *dst)
{
	char hex[DIGEST_SHA256_HEX + 1];

	digest_sha256_of(parts, len, hex);
	memcpy(dst, hex, DEFINITION_HASH);
	return (DEFINITION_HASH);
}

bool
definition_hashed(const struct entity_definition *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->fields[i].role == ROLE_IDENTITY && d->fields[i].hashed)
			return (true);
	return (false);
}

const struct field_definition *
definition_find(const struct entity_definition *d, const char *key)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (strcmp(d->fields[i].key, key) == 0)
			return (&d->fields[i]);
	return (NULL);
}

/* Every text goes into the digest with its length, so that none runs into the next. */
static void
definition_hash(struct digest_sha256 *sha, const char *s)
{
	char head[32];
	int n;

	if (s == NULL) {
		digest_sha256_update(sha, "-,", 2);
		return;
	}
	n = snprintf(head, sizeof(head), "%zu:", strlen(s));
	digest_sha256_update(sha, head, (size_t)n);
	digest_sha256_update(sha, s, strlen(s));
	digest_sha256_update(sha, ",", 1);
}

/* Set ${d}->sha256 from the tenant, the type and the properties of every field, in their order. */
static void
definition_digest(struct entity_definition *d)
{
	struct digest_sha256 *sha = digest_sha256_new();
	char num[64];
	size_t i, k;

	definition_hash(sha, "aegis entity definition 1");
	definition_hash(sha, d->tenant);
	definition_hash(sha, d->type);
	for (i = 0; i < d->n; i++) {
		const struct field_definition *f = &d->fields[i];

		definition_hash(sha, f->key);
		definition_hash(sha, f->input_type);
		definition_hash(sha, f->required ? "required" : "optional");
		definition_hash(sha, f->preset);
		definition_hash(sha, definition_role_name(f->role));
		(void)snprintf(num, sizeof(num), "%d,%zu", f->order, f->nchoices);
		definition_hash(sha, num);
		for (k = 0; k < f->nchoices; k++)
			definition_hash(sha, f->choices[k]);
		definition_hash(sha, f->ref);
		definition_hash(sha, f->rrc_key);
		/* What came later is in the digest of those who have it. */
		if (f->through != NULL)
			definition_hash(sha, f->through);
		if (f->hashed)
			definition_hash(sha, "hash");
	}
	digest_sha256_final(sha, d->sha256);
}

int
definition_field_ok(struct field_definition *f, struct err *e)
{

	if (!definition_key_ok(f->key))
		return (err_set(e, STATUS_CONFIG,
		    "'%s' cannot be a field's key (letters, "
		    "digits, '_', '.' and '-', a letter first; not entity_key)",
		    f->key));
	return (check_define(f, e));
}

/* One field beside those before it. */
static int
definition_beside(const struct entity_definition *d, size_t i, struct err *e)
{
	const struct field_definition *f = &d->fields[i], *g;
	size_t k;

	for (k = 0; k < i; k++) {
		g = &d->fields[k];
		if (strcmp(f->key, g->key) == 0)
			return (
			    err_set(e, STATUS_CONFIG, "the field '%s' is defined twice", f->key));
		if (f->role == ROLE_NONE || f->role != g->role)
			continue;
		/* Further ones stand in where the first has no value: see load_link.c. */
		if (f->role == ROLE_OPERATOR &&
		    (f->ref == NULL || g->ref == NULL || strcmp(f->ref, g->ref) != 0))
			return (err_set(e, STATUS_CONFIG,
			    "field '%s': the role %s has been given to '%s', which refers to another type",
			    f->key, definition_role_name(f->role), g->key));
		if (f->role == ROLE_IDENTITY && f->order == g->order)
			return (err_set(e, STATUS_CONFIG,
			    "field '%s': '%s' has the same order %d among the identity's parts",
			    f->key, g->key, f->order));
	}
	return (0);
}

int
definition_finish(struct entity_definition *d, size_t *bad, struct err *e)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		struct field_definition *f = &d->fields[i];

		if (bad != NULL)
			*bad = i;
		if (definition_field_ok(f, e) || definition_beside(d, i, e))
			return (-1);
		if (f->role == ROLE_IDENTITY && strcmp(d->type, "well") == 0 &&
		    (f->preset == NULL || strcmp(f->preset, "api_number") != 0))
			return (err_set(e, STATUS_CONFIG,
			    "field '%s': the identity of a well "
			    "is its API number alone, with the preset api_number",
			    f->key));
	}
	definition_digest(d);
	return (0);
}
