#ifndef AEGIS_TABLE_BULK_TARGET_H
#define AEGIS_TABLE_BULK_TARGET_H

#include "ledger/intake.h"
#include "table/bulk.h"
#include "table/table.h"

/*
 * The table that a stream goes into, as every room of a load sees it:
 *
 *   bulk.c        the transaction from BEGIN to COMMIT, the order of the inputs
 *   bulk_block.c  rows that can be sent again, or set aside
 *   bulk_copy.c   rows to the server in blocks; a bad one is found and set aside
 *   bulk_trial.c  rows among which many are bad
 *   bulk_rule.c   what two tables ask of a row: users, skill_artifacts
 *   bulk_merge.c  from the staging table into the table; what is missing goes
 */
enum { BULK_COLUMNS_MAX = STREAM_COLUMNS_MAX + 4 };

struct bulk_target {
	const struct bulk_options *o;
	struct pg *pg;
	struct intake *in;
	struct table *t;
	bool several; /* tables are loaded: deferrable constraints wait for the end */
	bool staged;  /* rows go into the staging table, with their place and bytes */
	const struct table_key *key;           /* of a staged load */
	const char *columns[BULK_COLUMNS_MAX]; /* that go to the server; the reader's strings */
	size_t ncolumns;
};

#define BULK_STAGE "aegis_stage" /* columns of the table, aegis_record, aegis_offset, aegis_raw */

#endif
