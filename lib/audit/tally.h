#ifndef AEGIS_AUDIT_TALLY_H
#define AEGIS_AUDIT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/message.h"
#include "audit/verdict.h"

/* Rows counted by tenant, event type and day: what the summary shows. */
enum { TALLY_MAX = 512 }; /* values of one kind; more are counted together */

struct tally_count {
	char *name;
	uint64_t rows, findings;
};

struct tally_list {
	struct tally_count v[TALLY_MAX + 1]; /* in the order they came; the last: all others */
	size_t n;
	uint16_t slots[4 * TALLY_MAX]; /* by hash: number in ${v}, from 1 */
};

struct tally {
	struct tally_list tenants, events, days;
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t rows, findings, late;
};

struct tally *tally_new(void);
void tally_row(struct tally *t, const struct audit_table *table, const struct audit_row *row,
    enum verdict v, bool late);

/**
 * tally_sort(l, by_name):
 * Order a list by name, or by rows, the most first.
 */
void tally_sort(struct tally_list *l, bool by_name);
void tally_free(struct tally *t);

#endif
