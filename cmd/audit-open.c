/* aegis audit-open: read the rows of audit archives back as a sealed stream. */

#include <stdlib.h>
#include <unistd.h>

#include "audit/gather.h"
#include "audit/inspect.h"
#include "audit/inspect_chain.h"
#include "audit/reopen.h"
#include "base/log.h"
#include "base/os.h"
#include "base/program.h"
#include "base/progress.h"

static struct option_list opt_keys;

static const struct option_spec options[] = {
	{ "key", OPTION_LIST, "FILE", &opt_keys,
	    "Public key; the archives are checked as audit-check does before anything is written." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-open",
	.group = "Audit",
	.summary = "read the rows of audit archives back as a sealed stream",
	.usage = "[--key FILE] DIR >STREAM",
	.options = options,
	.description =
	    "Writes the rows of the archives of one table, all of DIR or one archive, as a sealed "
	    "stream of kind table:TABLE, which table-load takes. Rows and their texts are those that "
	    "were archived; the verdicts are left out.\n\n"
	    "An archive whose lines are not what its manifest says is refused. Whether the manifest "
	    "is the one that was signed is looked at with --key.",
	.examples =
	    "  aegis audit-open --key audit.key.vkey /srv/audit/audit_logs | aegis table-load\n"
	    "  aegis audit-open /srv/audit/audit_logs/audit_logs-000007-2026-10 |\n"
	    "      aegis unseal\n",
	.status =
	    "65: an archive is not whole (audit-check lists what is wrong)\n"
	    "66: the archive does not exist",
	.operands = 1,
};

/* Inspect the chain if keys were given; its first finding becomes the error. Without keys nothing
 * is checked. */
static int
checked(const struct chain *c, bool whole, struct err *e)
{
	struct inspect_options o = { .whole = whole };
	struct inspect *k = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; i < opt_keys.n && rc == 0; i++)
		rc = note_keys_load(&o.keys, opt_keys.v[i], e);
	if (rc == 0 && o.keys.n > 0 && (k = inspect_chain(&o, c, e)) == NULL)
		rc = -1;
	if (k != NULL && k->n > 0) {
		rc = err_set(e, STATUS_DATA, "%s: %s: %s", k->findings[0].archive,
		    k->findings[0].code, k->findings[0].text);
		(void)err_hint(e, "audit-check lists all %zu findings", k->n);
	}
	inspect_free(k);
	free(o.keys.v);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct gather g = { .chains = { { NULL, 0, 0 } } };
	struct err e = ERR_INIT;
	const struct chain *c;
	const char *run;
	char **paths, uuid[37];
	uint64_t rows;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &paths, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1)
		return (program_usage_error(&program, "one directory is needed: DIR"));
	if ((run = getenv("AEGIS_RUN")) == NULL || run[0] == '\0') {
		os_uuid(uuid);
		run = uuid;
	}
	progress_init("audit-open");
	if (gather_path(&g, paths[0], &e) == 0 && (c = gather_one(&g, &e)) != NULL &&
	    checked(c, c != &g.chains[GATHER_SINGLE], &e) == 0 &&
	    reopen_stream(c, run, STDOUT_FILENO, "standard output", &rows, &e) == 0)
		log_info("%zu archives, %llu rows", c->n, (unsigned long long)rows);
	gather_free(&g);
	return (log_err(&e));
}
