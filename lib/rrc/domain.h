#ifndef AEGIS_RRC_DOMAIN_H
#define AEGIS_RRC_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "rrc/charset.h"
#include "rrc/layout.h"
#include "rrc/record.h"

/*
 * Do the values of a record suit its fields?  A wrong layout gives itself away by them where record
 * ids do not tell: digits that are none, packed numbers without a sign, codes that do not exist.
 * Looked at are a segment's fields with a "domain" and some of its numbers, and all of them where one of
 * these does not suit; an empty field says nothing.
 */
struct domain;

/* What was seen of a record, or of several. */
struct domain_seen {
	size_t looked, misfits; /* fields with a value; those among them that do not suit */
};

/**
 * domain_new(l, c):
 * For records of layout ${l} in character set ${c}, which both stay valid.  Freed by domain_free().
 */
struct domain *domain_new(const struct layout *l, const struct charset *c);

/**
 * domain_look(d, segment, rec, seen):
 * Look at the record ${rec}, of full length.  Return true if it may be one of ${segment}: not more
 * than a third of the fields with a value are misfits, or, where less than four have one, no code of the key is.
 */
bool domain_look(const struct domain *d, size_t segment, const struct record *rec,
    struct domain_seen *seen);
void domain_free(struct domain *d);

#endif
