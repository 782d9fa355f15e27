/* aegis audit-pack: seal an audit stream as the next archive of its table. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/pack.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"

static struct pack_options o;
static const char *opt_also, *report = "text";

static const struct option_spec options[] = {
	{ "archives", OPTION_STRING, "DIR", &o.archives,
	    "Directory of the archives, which go to DIR/TABLE." },
	{ "key", OPTION_STRING, "FILE", &o.key,
	    "Private key that signs; FILE.vkey must be beside it (audit-keygen creates both)." },
	{ "also", OPTION_STRING, "csv", &opt_also,
	    "Also write a copy as CSV for spreadsheets, beside the archive." },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-pack",
	.group = "Audit",
	.summary = "seal an audit stream as the next archive of its table",
	.usage = "--archives DIR --key FILE [options] <STREAM",
	.options = options,
	.description =
	    "Reads the stream of audit-verify, and writes DIR/TABLE/TABLE-SEQUENCE-PERIOD: a BagIt bag "
	    "with one line of JSON a row, the verdicts, a manifest and a signed checkpoint over the "
	    "Merkle tree of all rows ever archived. Each archive names the one before. Every row goes "
	    "in, whatever its verdict; a period without rows is sealed, too. doc/formats/archive.md "
	    "has the format, doc/auditor.md what an auditor does with it.\n\n"
	    "Beside the bag goes a page, TABLE-SEQUENCE-PERIOD.html, with counts. --also csv adds a "
	    "copy in which a field that looks like a formula has an apostrophe before it.\n\n"
	    "An archive appears whole or not at all. A period that is sealed already is left alone; "
	    "one that does not follow the last archive's is refused, so that none is lost or doubled. "
	    "One export at a time works on a table.",
	.examples =
	    "  aegis audit-read --table audit_logs --period due --archives /srv/audit |\n"
	    "      aegis audit-verify --keys /etc/aegis/keyring.yaml --profile py-sorted |\n"
	    "      aegis audit-pack --archives /srv/audit --key /etc/aegis/audit.key\n",
	.status =
	    "1: the archive is sealed, and has rows whose signature is not valid, or rows that an earlier archive has in another form\n"
	    "65: the stream is broken, or its period does not follow\n"
	    "75: another export of this table is running",
};

/* Log what became of the archive, with warnings for rows that were changed or whose signature does
 * not hold. */
static void
log_result(const struct pack_result *r)
{

	if (r->path[0] == '\0') {
		log_info("%s: nothing is due", r->table);
		return;
	}
	if (r->sealed_before) {
		log_info("'%s' is sealed already, and stays as it is", r->path);
		return;
	}
	log_info("sealed '%s': %llu rows, %llu of them late", r->path, (unsigned long long)r->rows,
	    (unsigned long long)r->late);
	if (r->known > 0)
		log_info("%llu rows are in earlier archives already", (unsigned long long)r->known);
	if (r->findings > 0)
		log_warning("%llu rows have no signature that holds",
		    (unsigned long long)r->findings);
	if (r->changed > 0)
		log_warning("%llu rows are not as an earlier archive has them: they were changed",
		    (unsigned long long)r->changed);
}

/* Text goes to standard error, as messages; standard output is for programs. */
static int
print_json(const struct pack_result *p, struct err *e)
{
	struct report *r = report_new("json");
	int rc;

	report_open(r, NULL);
	report_text(r, "table", NULL, p->table);
	report_text(r, "archive", NULL, p->path[0] != '\0' ? p->path : NULL);
	report_bool(r, "sealed_before", p->sealed_before);
	report_count(r, "sequence", NULL, p->sequence);
	report_count(r, "rows", NULL, p->rows);
	report_count(r, "late", NULL, p->late);
	report_count(r, "findings", NULL, p->findings);
	report_count(r, "known", NULL, p->known);
	report_count(r, "changed", NULL, p->changed);
	report_close(r);
	rc = report_print(r, NULL, e);
	report_free(r);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct pack_result r;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (o.archives == NULL || o.key == NULL)
		return (program_usage_error(&program, "--archives DIR and --key FILE are needed"));
	if (opt_also != NULL && strcmp(opt_also, "csv") != 0)
		return (program_usage_error(&program, "--also takes csv, not '%s'", opt_also));
	o.csv = opt_also != NULL;
	o.in = STDIN_FILENO;
	o.in_name = "standard input";
	progress_init("audit-pack");
	if (pack_run(&o, &r, &e))
		return (log_err(&e));
	log_result(&r);
	if (strcmp(report, "json") == 0 && print_json(&r, &e))
		return (log_err(&e));
	return (r.findings > 0 || r.changed > 0 ? STATUS_FINDINGS : STATUS_OK);
}
