/* aegis seal: make a sealed stream of plain CSV. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "base/os.h"
#include "base/program.h"
#include "stream/plain.h"
#include "stream/reader.h"
#include "stream/writer.h"

static struct plain_options opt = { "table:csv", NULL, "-", NULL, NULL, STREAM_ROW_MAX };
static uint64_t row_max = STREAM_ROW_MAX;

static const struct option_spec options[] = {
	{ "kind", OPTION_STRING, "KIND", &opt.kind,
	    "Kind of the stream, such as table:NAME (default: table:csv)." },
	{ "source", OPTION_STRING, "NAME", &opt.source,
	    "Source name in the header (default: the file's name)." },
	{ "dataset", OPTION_STRING, "NAME", &opt.dataset,
	    "Dataset for the book, such as dbf900/well, if an entity stream is made by hand." },
	{ "tenant", OPTION_UUID, "UUID", &opt.tenant,
	    "Tenant of the rows; an entity stream must have it." },
	{ "max-row", OPTION_U64, "BYTES", &row_max,
	    "Refuse rows of more bytes, at most 1048576 (default: 1048576)." },
	STREAM_OPTION_FRAMES,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program prog = {
	.name = "seal",
	.group = "Streams",
	.summary = "make a sealed stream of plain CSV",
	.usage = "[--kind KIND] [--source NAME] [--tenant UUID] [FILE]",
	.options = options,
	.description =
	    "Reads CSV (RFC 4180, UTF-8) with a row of column names from FILE or standard input, and "
	    "writes a sealed stream, whose last line holds counts and a digest, to standard output. "
	    "Lines may end in LF or CR LF, outside quotes; a byte order mark at the start and empty "
	    "lines at the end are skipped.\n\n"
	    "An empty field without quotes is NULL, \"\" is the empty string. A stream of one column "
	    "gets a second one, named _, which aegis-unseal drops again; of one column an empty line "
	    "is a row that holds NULL. No column may be named _.\n\n"
	    "The run's id is taken from AEGIS_RUN; without it a new one is made.",
	.examples = "  aegis seal --kind table:rules < rules.csv | aegis table-load rules\n",
	.status =
	    "65: the input is not CSV (the message names line and byte); the output has no seal",
	.operands = 1,
};

/* A kind that some stage may take. */
static bool
kind_is_known(const char *kind)
{
	static const char *const families[] = { "rrc:", "entity:", "table:", "audit:", "reject:" };
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t n = strlen(families[i]);

		if (strncmp(kind, families[i], n) == 0 && kind[n] != '\0')
			return (true);
	}
	return (false);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char fresh[37], **files;
	int n, rc;

	if ((rc = program_parse(&prog, argc, argv, &files, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n > 1)
		return (program_usage_error(&prog, "one file at a time, not %d", n));
	if (!kind_is_known(opt.kind))
		return (program_usage_error(&prog,
		    "--kind takes rrc:LAYOUT/VIEW, entity:TYPE, "
		    "table:NAME, audit:TABLE or reject:KIND, not '%s'",
		    opt.kind));
	if (opt.tenant == NULL && strncmp(opt.kind, "entity:", strlen("entity:")) == 0)
		return (program_usage_error(&prog,
		    "--kind %s needs --tenant: a loader takes only its own tenant's rows",
		    opt.kind));
	if (row_max == 0 || row_max > STREAM_ROW_MAX)
		return (program_usage_error(&prog, "--max-row takes 1 to %d", STREAM_ROW_MAX));
	opt.row_max = (size_t)row_max;
	opt.run = getenv("AEGIS_RUN");
	if (opt.run == NULL || opt.run[0] == '\0') {
		os_uuid(fresh);
		opt.run = fresh;
	}
	(void)plain_seal(n > 0 ? files[0] : "-", STDOUT_FILENO, &opt, &e);
	return (log_err(&e));
}
