/* aegis rejects: read reject files: count by code, show examples, prepare a replay. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "stream/reject_code.h"
#include "stream/reject_read.h"

static struct reject_options o = { .examples = 3 };
static const char *report = "text", *replay;
static struct option_list keys;
static bool codes;

static const struct option_spec options[] = {
	{ "code", OPTION_STRING, "CODE", &o.code, "Only records whose first fault is CODE." },
	{ "key", OPTION_LIST, "KEY", &keys,
	    "Only records with which this entity's row is lost; may be given more than once." },
	{ "examples", OPTION_U64, "N", &o.examples,
	    "Number of records to show of each code (default: 3)." },
	PROGRAM_OPTION_FORMAT(&report),
	{ "persons", OPTION_FLAG, NULL, &o.persons,
	    "Show values that may say who or where a person is, too." },
	{ "replay", OPTION_STRING, "FILE", &replay,
	    "Write the rejected records of FILE to standard output, to be fixed and fed "
	    "again." },
	{ "with-flaws", OPTION_FLAG, NULL, &o.flaws,
	    "Also replay records that went on with a NULL for a faulty value." },
	{ "csv", OPTION_FLAG, NULL, &o.csv,
	    "Replay rows as plain CSV, to be fixed in any editor and sealed by aegis seal." },
	{ "codes", OPTION_FLAG, NULL, &codes, "List the codes and their meaning." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program prog = {
	.name = "rejects",
	.group = "Import",
	.summary = "read reject files: count by code, show examples, prepare a replay",
	.usage = "[options] FILE... | --replay FILE | --codes",
	.options = options,
	.description =
	    "Reads reject files (doc/formats/reject-codes.md) and counts their records by the code "
	    "of the first fault, with what it means, what to do, and some examples: record, byte "
	    "offset, key, column, value, reason. A value that may be a person's (an address, a "
	    "telephone number: see doc/formats/reject-codes.md) is shown with --persons only. "
	    "FILE may be - for standard input.\n\n"
	    "With --replay the rejected records are written as they stood. RRC's own records "
	    "(from rrc-decode) are bytes for rrc-decode again. Rows (from entity-map, entity-load or "
	    "table-load) are a sealed stream of the kind, source and dataset they came from, for the "
	    "stage that refused them; with --csv, plain CSV to be fixed first. Load what was fixed "
	    "with entity-load --delta: a partial load retires nothing.\n\n"
	    "Rejects are not a finding: the exit status is 0 however many there are.\n\n"
	    "--codes lists the codes with their meaning and what to do, as does "
	    "doc/formats/reject-codes.md.",
	.examples =
	    "  aegis rejects var/runs/*/wellbore-map.rej\n"
	    "  aegis rejects --replay map.rej --csv > fixed.csv\n"
	    "  aegis seal --kind rrc:dbf900/well --source dbf900.ebc.gz fixed.csv |\n"
	    "    aegis entity-map --tenant $TENANT --type well |\n"
	    "    aegis entity-load --tenant $TENANT --type well --delta\n"
	    "  aegis rejects --replay decode.rej |\n"
	    "    aegis rrc-decode --layout dbf900 --view well --source dbf900.ebc.gz -\n",
	.status =
	    "65: not a reject file, or its seal is broken, or a record was too long to be kept whole\n"
	    "66: a file cannot be read",
	.operands = PROGRAM_ANY,
};

/* Print every known reject code with its meaning and advice; a failure is left in ${e}. */
static void
list_codes(struct err *e)
{
	struct report *r = report_new(report);
	const struct reject_code *c;
	unsigned i;

	report_table(r, NULL);
	for (i = 0; (c = reject_code_nth(i)) != NULL; i++) {
		report_row(r);
		report_text(r, "code", "code", c->code);
		report_text(r, "meaning", "meaning", c->meaning);
		report_text(r, "advice", "advice", c->advice);
		report_close(r);
	}
	report_close(r);
	(void)report_print(r, NULL, e);
	report_free(r);
}

/* Each file's report by itself: one that is broken does not take the others' with it. */
static void
count(char **files, int n, struct err *e)
{
	struct reject_found found;
	struct report *r;
	int i;

	for (i = 0; e->status == STATUS_OK && i < n; i++) {
		r = report_new(report);
		if (i > 0 && !report_is_json(r))
			report_lines(r, "\n", 1);
		if (reject_read_count(files[i], &o, r, &found, e) == 0)
			(void)report_print(r, NULL, e);
		report_free(r);
	}
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **files;
	uint64_t records;
	int n, rc;

	if ((rc = program_parse(&prog, argc, argv, &files, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((n > 0) + (replay != NULL) + codes != 1)
		return (
		    program_usage_error(&prog, "FILE..., --replay FILE or --codes, one of them"));
	if (o.code != NULL && reject_code_find(o.code) == NULL)
		return (
		    program_usage_error(&prog, "unknown code '%s'; --codes lists them", o.code));
	o.keys = keys.n > 0 ? keys.v : NULL;
	o.nkeys = keys.n;
	if (codes) {
		list_codes(&e);
	} else if (replay == NULL) {
		count(files, n, &e);
	} else if (reject_read_replay(replay, &o, STDOUT_FILENO, &records, &e) == 0) {
		log_info("%llu records of '%s'", (unsigned long long)records, replay);
	}
	return (log_err(&e));
}
