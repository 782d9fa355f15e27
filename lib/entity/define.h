#ifndef AEGIS_ENTITY_DEFINE_H
#define AEGIS_ENTITY_DEFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "entity/definition_file.h"
#include "pg/pg.h"

/*
 * Brings a tenant's entity types, fields, RRC mappings and relationship rules in
 * step with files of pipelines/entities/.  The natural keys are: tenant and
 * type_key; type and field_key; a mapping's field (one RRC column feeds it);
 * parent and child type.
 */
enum define_what { DEFINE_TYPES, DEFINE_FIELDS, DEFINE_MAPPINGS, DEFINE_RULES, DEFINE_WHATS };
enum define_change {
	DEFINE_ADDED,
	DEFINE_CHANGED,
	DEFINE_UNCHANGED,
	DEFINE_REMOVED,
	DEFINE_STALE, /* in the database, not in the files, and left there */
	DEFINE_CHANGES
};

struct define_options {
	const char *tenant;
	const struct definition_file *const *files;
	size_t n;
	bool prune; /* remove fields, mappings and rules the files do not have */
	bool plan;  /* roll back in the end */
	/* Told of each change but DEFINE_UNCHANGED; ${name} is "well.api_number". */
	void (*notice)(void *cookie, enum define_what what, enum define_change change,
	    const char *name);
	void *cookie;
};

struct define_counts {
	uint64_t n[DEFINE_WHATS][DEFINE_CHANGES];
};

/**
 * define_run(pg, o, c, e):
 * Do it in one transaction, under an advisory lock of the tenant's.  A row that
 * is right already is not written.  Types that no file has are left alone.  Return
 * 0 with ${c} set, or -1 with ${e} set and nothing changed: STATUS_CONFIG where a
 * rule or ref points to a type that neither the files nor the database have, or a
 * type is in two files; STATUS_TEMPFAIL where the lock is held.
 */
int define_run(struct pg *pg, const struct define_options *o, struct define_counts *c,
    struct err *e);

/**
 * define_what_name(what), define_change_name(change):
 * "fields", "added".
 */
const char *define_what_name(enum define_what what);
const char *define_change_name(enum define_change change);

#endif
