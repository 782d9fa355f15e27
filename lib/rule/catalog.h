#ifndef AEGIS_RULE_CATALOG_H
#define AEGIS_RULE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * pipelines/rules.yaml: which figures a rule may have, and which filings stand on which
 * domains of rules (doc/formats/rules.md).
 */
enum catalog_kind {
	CATALOG_NUMBER, /* with a unit and a range */
	CATALOG_TEXT,
	CATALOG_DATE,
	CATALOG_LIST, /* of texts */
};

struct catalog_figure {
	char *name, *unit;
	enum catalog_kind kind;
	char **domains;
	size_t ndomains;
	double min, max; /* CATALOG_NUMBER */
};

/* Of one rule, figure ${less} is never more than figure ${more}. */
struct catalog_order {
	size_t less, more;
};

/* A view whose rows are field rules. */
struct catalog_dataset {
	char *name; /* LAYOUT/VIEW */
	char *domain, *part, *cite;
};

struct catalog_filing {
	char *name; /* compliance domain: rule_37 */
	char **domains;
	size_t ndomains;
};

struct catalog {
	struct catalog_figure *figures;
	size_t nfigures;
	struct catalog_order *orders;
	size_t norders;
	struct catalog_dataset *datasets;
	size_t ndatasets;
	struct catalog_filing *filings;
	size_t nfilings;
	char sha256[DIGEST_SHA256_HEX + 1]; /* of the file */
};

/**
 * catalog_load(path, e):
 * Read ${path}, or pipelines/rules.yaml of the home where it is NULL.  Return it, freed by
 * the caller with catalog_free(), or NULL with ${e} set: STATUS_NOINPUT, or STATUS_CONFIG
 * with file, line and column.
 */
struct catalog *catalog_load(const char *path, struct err *e);
void catalog_free(struct catalog *c);

/**
 * catalog_find(c, name):
 * The figure ${name}'s place, or -1.
 */
int catalog_find(const struct catalog *c, const char *name);

/**
 * catalog_domain(c, domain):
 * Whether some filing stands on rules of ${domain}.
 */
bool catalog_domain(const struct catalog *c, const char *domain);

/**
 * catalog_belongs(f, domain):
 * Whether a rule of ${domain} may have the figure ${f}.
 */
bool catalog_belongs(const struct catalog_figure *f, const char *domain);

/**
 * catalog_dataset(c, name):
 * What the view ${name} gives, or NULL.
 */
const struct catalog_dataset *catalog_dataset(const struct catalog *c, const char *name);

#endif
