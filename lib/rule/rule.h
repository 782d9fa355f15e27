#ifndef AEGIS_RULE_RULE_H
#define AEGIS_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "rule/catalog.h"

/*
 * One rule as a source states it, on its way into rule_versions; rule_data is
 *
 *   {"title":…, "cite":…, "source":…, "mark":…, "verified_as_of":…, "effective_from":…,
 *    "effective_to":…, "field":…, "notes":…, "figures": {NAME: {"value":…, "unit":…}, …}}
 *
 * with the members that the rule has.  Where no day is known from which a rule is in force,
 * effective_from is null and verified_as_of takes its place in rule_versions.
 */
enum {
	RULE_IDENTIFIER_MAX = 255, /* bytes, as rule_versions takes characters */
	RULE_CITE_MAX = 500,
	RULE_TEXT_MAX = 4000,
};

struct rule_value {
	bool has;
	double number; /* CATALOG_NUMBER */
	const char *p; /* the number or text as it stands */
	size_t len;
	const char **list; /* CATALOG_LIST */
	size_t n;
};

/* Texts are borrowed, and live as long as the rule is used. */
struct rule {
	const char *identifier, *type, *domain;
	const char *title, *cite, *source, *mark, *verified_as_of; /* NULL: it has none */
	const char *effective_from, *effective_to;                 /* YYYY-MM-DD, or NULL */
	const char *field, *notes;
	const char *reference;     /* source_reference; NULL: cite */
	struct rule_value *values; /* by the catalog's figures */
	size_t nvalues;
};

/**
 * rule_new(c), rule_free(r):
 * A rule without anything, for figures of ${c}.
 */
struct rule *rule_new(const struct catalog *c);
void rule_free(struct rule *r);

/**
 * rule_clear(r):
 * Make it one without anything again.
 */
void rule_clear(struct rule *r);

/**
 * rule_number(c, r, at, p, len, why, size):
 * Take ${len} bytes of decimal digits, with a point or not, as the value of figure ${at}.
 * Return 0, or -1 with the fault's text in ${why}.
 */
int rule_number(const struct catalog *c, struct rule *r, size_t at, const char *p, size_t len,
    char *why, size_t size);

/**
 * rule_texts(r, at, v, n):
 * Take the ${n} texts as the value of figure ${at}: a list, or where it is none the first.
 */
void rule_texts(struct rule *r, size_t at, const char *const *v, size_t n);

/**
 * rule_implausible(c, r, why, size):
 * After the last figure: whether two figures stand in an order that the catalog rules out.
 * Return true with the fault's text in ${why}.
 */
bool rule_implausible(const struct catalog *c, const struct rule *r, char *why, size_t size);

/**
 * rule_data(c, r, w, e):
 * Write rule_data by ${w}.  Return 0, or -1 with ${e} set.
 */
int rule_data(const struct catalog *c, const struct rule *r, struct json_writer *w, struct err *e);

/**
 * rule_day(s):
 * Whether ${s} is a day of the calendar, YYYY-MM-DD.
 */
bool rule_day(const char *s);

#endif
