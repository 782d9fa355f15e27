/* aegis audit-read: read a period of an audit table as a sealed stream. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/chain.h"
#include "audit/window.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/os.h"
#include "base/program.h"
#include "base/progress.h"
#include "pg/pg.h"
#include "stream/writer.h"

static const char *opt_db, *opt_table, *opt_period, *opt_from, *opt_to;
static struct window_options o;

static const struct option_spec options[] = {
	{ "table", OPTION_STRING, "TABLE", &opt_table,
	    "Table to read: audit_logs or prompt_audit_log." },
	{ "period", OPTION_STRING, "YYYY[-MM[-DD]]|due", &opt_period,
	    "Day, month or year in UTC; due: from the end of the last archive to the beginning of "
	    "today." },
	{ "from", OPTION_STRING, "INSTANT", &opt_from,
	    "Instead of --period: only rows created from then on; a day or an instant in UTC." },
	{ "to", OPTION_STRING, "INSTANT", &opt_to,
	    "With --from: only rows created before then (default: the beginning of today)." },
	{ "archives", OPTION_STRING, "DIR", &o.archives,
	    "Archives sealed so far; rows that came too late for theirs are read, too." },
	PG_OPTION_DB(&opt_db),
	PG_OPTION_LOCK_WAIT,
	STREAM_OPTION_FRAMES,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-read",
	.group = "Audit",
	.summary = "read a period of an audit table as a sealed stream",
	.usage = "--table TABLE --period PERIOD [options] >STREAM",
	.options = options,
	.description =
	    "Writes the rows of audit_logs or prompt_audit_log that were created in a period, by time "
	    "and id, as a sealed stream of kind audit:TABLE, from one snapshot in a transaction that "
	    "only reads: it may run on a standby.\n\n"
	    "A transaction that began before midnight may commit after the export, with a created_at "
	    "of the day before. With --archives such rows are found in the next run: whatever was "
	    "created before the period, or at no time at all, and stands in no archive, is appended. "
	    "The archives' index, which this needs, is made from the archives and kept beside them.\n\n"
	    "A period that is not over is refused, by the database's clock. --period due also makes "
	    "up for periods that were missed, and reads nothing if nothing is due.",
	.examples =
	    "  aegis audit-read --table audit_logs --period 2026-10 --archives /srv/audit\n"
	    "  aegis audit-read --table prompt_audit_log --period due --archives /srv/audit\n"
	    "  aegis audit-read --table audit_logs --from 2026-10-03 \\\n"
	    "      --to 2026-10-04T12:00:00Z\n",
	.status =
	    "1: the table lacks a column, so that its rows cannot be exported: no stream is written\n"
	    "65: the period is not over; a stream without its seal is broken (see unseal)",
};

/* From the end of the last archive to the beginning of today; nothing where that is behind. */
static int
due(int64_t now, struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1], when[28];
	struct manifest m;
	int rc;

	if ((rc = chain_last(o.archives, o.table->name, &m, sha256, e)) < 0)
		return (-1);
	if (rc == 0) {
		(void)err_set(e, STATUS_DATA, "'%s' has no archive of '%s' yet", o.archives,
		    o.table->name);
		return (err_hint(e, "name where the first one begins: --from DAY, or --period"));
	}
	o.period.from = m.period.to;
	o.period.to = period_day(now);
	if (m.period.to > now)
		log_warning(
		    "the last archive ends at %s, but by the database's clock it is earlier",
		    instant_text(when, m.period.to));
	if (o.period.to <= o.period.from) {
		o.period.to = o.period.from;
		log_info("nothing is due: the archives of %s reach to %s", o.table->name,
		    instant_text(when, o.period.from));
	}
	return (0);
}

/* Set the options' period from the command line; refuse one that is empty or ends after ${now},
 * the database's clock. */
static int
pick_period(int64_t now, struct err *e)
{
	char to[28], clock[28];

	if (opt_period != NULL && strcmp(opt_period, "due") == 0)
		return (due(now, e));
	o.period.to = period_day(now);
	if (opt_period != NULL ? period_parse(opt_period, &o.period, e) :
				 (period_instant(opt_from, &o.period.from, e) ||
				     (opt_to != NULL && period_instant(opt_to, &o.period.to, e))))
		return (-1);
	if (o.period.from >= o.period.to)
		return (err_set(e, STATUS_USAGE, "the period ends before it begins"));
	if (o.period.to > now)
		return (err_set(e, STATUS_DATA,
		    "the period ends at %s, but the database's clock says %s: rows may still come",
		    instant_text(to, o.period.to), instant_text(clock, now)));
	return (0);
}

/* Pick the period, write its rows as a stream and log their number; a failure is left in ${e}. */
static void
read_it(struct pg *pg, struct err *e)
{
	uint64_t rows, late;
	char text[PERIOD_TEXT];
	int64_t now;

	if (window_begin(pg, e) || window_columns(pg, o.table, e) || window_now(pg, &now, e) ||
	    pick_period(now, e) || window_read(pg, &o, &rows, &late, e))
		return;
	if (o.period.from < o.period.to)
		log_info("%s %s: %llu rows, %llu of them late", o.table->name,
		    period_text(text, &o.period), (unsigned long long)rows,
		    (unsigned long long)late);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands, run[37];
	struct pg *pg;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_table == NULL)
		return (program_usage_error(&program, "which table is missing: --table TABLE"));
	if ((o.table = audit_table_find(opt_table)) == NULL)
		return (program_usage_error(&program, "'%s' is not an audit table", opt_table));
	if ((opt_period != NULL) == (opt_from != NULL) || (opt_to != NULL && opt_from == NULL))
		return (program_usage_error(&program, "either --period, or --from and --to"));
	if (opt_period != NULL && strcmp(opt_period, "due") == 0 && o.archives == NULL)
		return (program_usage_error(&program, "--period due needs --archives"));
	if ((o.run = getenv("AEGIS_RUN")) == NULL || o.run[0] == '\0') {
		os_uuid(run);
		o.run = run;
	}
	o.out = STDOUT_FILENO;
	o.out_name = "standard output";
	progress_init("audit-read");
	if ((pg = pg_connect(opt_db, "aegis-audit-read", &e)) == NULL)
		return (log_err(&e));
	read_it(pg, &e);
	pg_close(pg);
	return (log_err(&e));
}
