/* aegis entity-define: update a tenant's entity types, fields, mappings and rules from files. */

#include <stdlib.h>

#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "entity/define.h"
#include "entity/definition_file.h"
#include "pg/pg.h"

static const char *tenant, *db;
static bool prune, plan;

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &tenant, "Tenant to define the types for." },
	PG_OPTION_DB(&db),
	PG_OPTION_LOCK_WAIT,
	{ "prune", OPTION_FLAG, NULL, &prune,
	    "Remove fields, mappings and rules of these types that the files lack." },
	{ "plan", OPTION_FLAG, NULL, &plan, "List what would change, and change nothing." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program prog = {
	.name = "entity-define",
	.group = "Import",
	.summary = "update a tenant's entity types, fields, mappings and rules from files",
	.usage = "--tenant UUID [options] FILE...",
	.options = options,
	.description =
	    "Reads files such as pipelines/entities/well.yaml and brings "
	    "entity_type_definitions, entity_field_definitions, rrc_field_mappings and "
	    "entity_relationship_rules in step with them, in one transaction. Types that no file "
	    "has are left alone. What is right already is not written.\n\n"
	    "Prints one line a change (+ added, ~ changed, - removed) and, in the end, a table of "
	    "counts. Fields, mappings and rules that the files do not have stay, with a warning, "
	    "unless --prune is given.",
	.examples =
	    "  aegis entity-define --tenant $TENANT pipelines/entities/*.yaml\n"
	    "  aegis entity-define --tenant $TENANT --plan pipelines/entities/well.yaml\n",
	.status =
	    "75: another entity-define is running for the tenant\n"
	    "78: an error in a file, or a rule or ref names a type that does not exist",
	.operands = PROGRAM_ANY,
};

/* Add one change to the report in ${cookie}; only warn of a definition that is in the database and
 * in no file. */
static void
notice(void *cookie, enum define_what what, enum define_change change, const char *name)
{
	static const char marks[] = "+~ -";

	if (change == DEFINE_STALE)
		log_warning("%s '%s' is in the database and in no file (--prune removes it)",
		    define_what_name(what), name);
	else
		report_finding(cookie, "%c %s %s", marks[change], define_what_name(what), name);
}

/* Add the table of counts by kind and change to ${r}, and print the report. */
static void
print_report(const struct define_counts *c, struct report *r, struct err *e)
{
	int what, change;

	report_table(r, NULL);
	for (what = 0; what < DEFINE_WHATS; what++) {
		report_row(r);
		report_text(r, NULL, "", define_what_name((enum define_what)what));
		for (change = 0; change < DEFINE_CHANGES; change++)
			report_count(r, NULL, define_change_name((enum define_change)change),
			    c->n[what][change]);
		report_close(r);
	}
	report_close(r);
	(void)report_print(r, plan ? NULL : "the definitions ARE stored", e);
}

/* Load all files, compare them with the database and store the differences, or only report them
 * with --plan; return the exit status. */
static int
define(char **paths, size_t n, struct err *e)
{
	struct definition_file **files = xcalloc(n, sizeof(*files));
	struct report *r = report_new("text");
	struct define_options o = { .tenant = tenant,
		.n = n,
		.prune = prune,
		.plan = plan,
		.notice = notice,
		.cookie = r };
	struct define_counts c;
	struct pg *pg = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if ((files[i] = definition_file_load(paths[i], tenant, e)) == NULL)
			break;
	o.files = (const struct definition_file *const *)files;
	if (i == n && (pg = pg_connect(db, "aegis-entity-define", e)) != NULL &&
	    define_run(pg, &o, &c, e) == 0)
		print_report(&c, r, e);
	if (pg != NULL)
		pg_close(pg);
	for (i = 0; i < n; i++)
		definition_file_free(files[i]);
	free(files);
	report_free(r);
	return (log_err(e));
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&prog, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (tenant == NULL)
		return (program_usage_error(&prog, "--tenant is needed"));
	if (n == 0)
		return (program_usage_error(&prog, "no file of definitions is given"));
	return (define(operands, (size_t)n, &e));
}
