/* aegis audit-extract: make a tenant's or a redacted view of an archive. */

#include "audit/extract.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"

static struct extract_options o;

static const struct option_spec options[] = {
	{ "tenant", OPTION_STRING, "ID", &o.tenant, "Show only this tenant's rows." },
	{ "redact", OPTION_STRING, "A,B", &o.redact, "Leave these columns out of the rows shown." },
	{ "output-dir", OPTION_STRING, "DIR", &o.output, "Directory to create." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-extract",
	.group = "Audit",
	.summary = "make a tenant's or a redacted view of an archive",
	.usage = "[--tenant ID] [--redact A,B] --output-dir DIR ARCHIVE",
	.options = options,
	.description =
	    "Writes a view of one archive for somebody who may not see all of it. Of a row that is not "
	    "shown only the hash stays, {\"leaf\":\"...\"}; the archive's own manifest and checkpoint "
	    "lie beside. audit-check DIR shows that the rows in the view are those that were sealed, "
	    "and that none was added or left out.\n\n"
	    "Columns of --redact are left out of the rows shown; such a row is bound to its place by "
	    "its hash, but what is left of it cannot be checked.\n\n"
	    "A hash hides a row only as far as nobody can guess it. A row with a signature cannot be "
	    "guessed without the HMAC key; one without can, by trying: how many such rows are hidden "
	    "is said. The manifest shows how many rows there are in all, by verdict.",
	.examples =
	    "  aegis audit-extract --tenant $TENANT --output-dir view \\\n"
	    "      /srv/audit/audit_logs/audit_logs-000007-2026-10\n"
	    "  aegis audit-check --key audit.key.vkey view\n",
	.status =
	    "65: the archive is not whole\n"
	    "73: the directory exists already",
	.operands = 1,
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct extract_result r;
	char **paths;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &paths, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1 || o.output == NULL)
		return (
		    program_usage_error(&program, "one ARCHIVE and --output-dir DIR are needed"));
	if (o.tenant == NULL && o.redact == NULL)
		return (program_usage_error(&program,
		    "what is not to be seen is missing: --tenant ID, --redact A,B"));
	progress_init("audit-extract");
	o.archive = paths[0];
	if (extract_make(&o, &r, &e))
		return (log_err(&e));
	log_info("view of %s: %llu lines, %llu shown, %llu redacted, %llu hidden", r.archive,
	    (unsigned long long)r.lines, (unsigned long long)r.shown,
	    (unsigned long long)r.redacted, (unsigned long long)r.hidden);
	if (r.guessable > 0)
		log_warning(
		    "%llu of the rows that are not shown whole have no signature that only its "
		    "signer can make: what they hold can be guessed and compared",
		    (unsigned long long)r.guessable);
	return (STATUS_OK);
}
