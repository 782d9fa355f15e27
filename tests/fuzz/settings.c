/*
 * Any bytes as one of the files that say how AEGIS Batch works for a tenant.  The first byte
 * chooses: a key ring, a profile of signatures, a definition of an entity type, a file of rules, the
 * catalogue of rules, the policy of pseudonyms.  It is taken, or there is a reason.
 */
#include "audit/keyring.h"
#include "audit/profile.h"
#include "entity/definition.h"
#include "entity/definition_file.h"
#include "fixture/mask.h"
#include "fuzz.h"
#include "rule/rule_file.h"

#define TENANT "00000000-0000-4000-8000-0000000000f0"
#define KEY "0123456789abcdef0123456789abcdef"

static int
take(void *cookie, const struct rule *r, int line, const char *odd, struct err *e)
{
	size_t *n = cookie;

	(void)odd;
	(void)e;
	need(r != NULL && line > 0);
	(*n)++;
	return (0);
}

static int
try_rules(const char *path, struct err *e)
{
	static struct catalog *catalog;
	struct rule_faults faults = { NULL, 0, 0 };
	struct rule_file *f;
	size_t n = 0, i;

	if (catalog == NULL)
		need((catalog = catalog_load("pipelines/rules.yaml", NULL)) != NULL);
	if ((f = rule_file_open(path, e)) == NULL)
		return (-1);
	need(rule_file_rules(f, catalog, &faults, take, &n, NULL) == 0);
	rule_file_twice(&f, 1, &faults);
	for (i = 0; i < faults.n; i++)
		need(strncmp(faults.v[i], path, strlen(path)) == 0);
	rule_faults_free(&faults);
	rule_file_free(f);
	return (0);
}

static int
try_catalog(const char *path, struct err *e)
{
	struct catalog *c = catalog_load(path, e);
	size_t i;

	for (i = 0; c != NULL && i < c->nfigures; i++)
		need(catalog_find(c, c->figures[i].name) == (int)i);
	catalog_free(c);
	return (c == NULL ? -1 : 0);
}

static int
try_definition(const char *path, struct err *e)
{
	struct definition_file *f = definition_file_load(path, TENANT, e);
	size_t i;

	for (i = 0; f != NULL && i < f->def->n; i++)
		need(definition_find(f->def, f->def->fields[i].key) == &f->def->fields[i]);
	need(f == NULL || f->nfields == f->def->n);
	definition_file_free(f);
	return (f == NULL ? -1 : 0);
}

/* The directory of ${path} has one key file, "100": the descriptor of that number. */
static int
try_keyring(const char *path, struct err *e)
{
	static bool made;
	struct keyring *r;
	size_t i;

	if (!made)
		need(dup2(fuzz_spool(1, KEY, strlen(KEY)), 100) == 100);
	made = true;
	r = keyring_load(path, e);
	for (i = 0; r != NULL && i < r->n; i++)
		need(keyring_find(r, r->keys[i].id, strlen(r->keys[i].id)) != NULL);
	keyring_free(r);
	return (r == NULL ? -1 : 0);
}

static int
try_profile(const char *path, struct err *e)
{
	struct profile *p = profile_load(path, e);

	need(p == NULL || (p->ntables > 0 && p->ntables <= PROFILE_TABLES_MAX));
	profile_free(p);
	return (p == NULL ? -1 : 0);
}

static int
try_policy(const char *path, struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	struct mask *m = mask_load(path, fuzz_file(1, KEY, strlen(KEY)), sha256, e);

	mask_free(m);
	return (m == NULL ? -1 : 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const all[])(const char *, struct err *) = { try_keyring, try_profile,
		try_definition, try_rules, try_catalog, try_policy };
	struct err e = ERR_INIT;
	const char *path;

	if (size == 0)
		return (0);
	path = fuzz_file(0, data + 1, size - 1);
	if (all[data[0] % (sizeof(all) / sizeof(all[0]))](path, &e) != 0)
		need(e.msg[0] != '\0' &&
		    (e.status == STATUS_CONFIG || e.status == STATUS_DATA ||
			e.status == STATUS_NOINPUT || e.status == STATUS_NOPERM));
	else
		need(e.status == STATUS_OK);
	return (0);
}
