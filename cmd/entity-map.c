/* aegis entity-map: rename, type and check records: rrc: streams to entity: streams. */

#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "entity/definition.h"
#include "entity/definition_db.h"
#include "entity/definition_file.h"
#include "entity/map.h"
#include "pg/pg.h"
#include "stream/writer.h"

static const char *tenant, *type, *definitions, *db, *rejects;
static struct ceiling max_rejects = { .is_share = true, .share = 0.001 };
static struct ceiling max_flaws = { .is_share = true, .share = 0.05 };

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &tenant, "Tenant whose definitions apply." },
	{ "type", OPTION_STRING, "TYPE", &type, "Entity type of the records." },
	{ "definitions", OPTION_STRING, "FILE", &definitions,
	    "Definition from a file of pipelines/entities/, without a database." },
	PG_OPTION_DB(&db),
	{ "rejects", OPTION_STRING, "FILE", &rejects,
	    "Reject file for rows with faults; of a second stream on the same input: FILE.2, and "
	    "so on." },
	PROGRAM_OPTION_MAX_REJECTS(&max_rejects),
	PROGRAM_OPTION_MAX_FLAWS(&max_flaws),
	STREAM_OPTION_FRAMES,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program prog = {
	.name = "entity-map",
	.group = "Import",
	.summary = "rename, type and check records: rrc: streams to entity: streams",
	.usage = "--tenant UUID --type TYPE [options]",
	.options = options,
	.description =
	    "Reads sealed rrc: streams on standard input and writes entity: streams on standard "
	    "output. Which column becomes which field stands in the tenant's rrc_field_mappings, "
	    "and what a field's value must look like in its entity_field_definitions.\n\n"
	    "A fault in a field of the identity, or in a required one, rejects the row, with all "
	    "its faults; a fault in another field leaves that field NULL and counts as a flaw.\n\n"
	    "Columns that nobody maps and mapped keys that the stream lacks are reported once.",
	.examples =
	    "  aegis rrc-decode --layout dbf900 --view well dbf900.ebc.gz |\n"
	    "    aegis entity-map --tenant $TENANT --type well \\\n"
	    "      --definitions pipelines/entities/well.yaml --rejects map.rejects\n",
	.status =
	    "65: the input is broken or its seal is missing, or too many rows have faults; the output has no seal\n"
	    "78: the definition is wrong or does not fit the stream's columns",
};

/* Log a message of the mapping at its level. */
static void
notice(void *cookie, enum map_notice level, const char *text)
{

	(void)cookie;
	if (level == MAP_WARNING)
		log_warning("%s", text);
	else
		log_info("%s", text);
}

/* Read the type's definition from the --definitions file, otherwise from the database; the caller
 * owns it, NULL on error. */
static struct entity_definition *
definition(struct err *e)
{
	struct entity_definition *d;
	struct pg *pg;

	if (definitions != NULL)
		return (definition_file_read(definitions, tenant, type, e));
	if ((pg = pg_connect(db, "aegis-entity-map", e)) == NULL)
		return (NULL);
	d = definition_db_read(pg, tenant, type, e);
	pg_close(pg);
	return (d);
}

int
main(int argc, char **argv)
{
	struct map_options o = { .in = STDIN_FILENO,
		.in_name = "standard input",
		.out = STDOUT_FILENO,
		.out_name = "standard output",
		.notice = notice };
	struct map_totals t;
	struct err e = ERR_INIT;
	struct entity_definition *d;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&prog, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (tenant == NULL || type == NULL)
		return (program_usage_error(&prog, "--tenant and --type are needed"));
	if (definitions != NULL && db != NULL)
		return (program_usage_error(&prog, "--definitions or --db, not both"));
	progress_init("entity-map");
	if ((d = definition(&e)) == NULL)
		return (log_err(&e));
	o.def = d;
	o.rejects = rejects;
	o.max_rejects = max_rejects;
	o.max_flaws = max_flaws;
	if (map_run(&o, &t, &e) == 0)
		log_info("%llu rows read, %llu written, %llu rejected, %llu with flaws",
		    (unsigned long long)t.read, (unsigned long long)t.rows,
		    (unsigned long long)t.rejected, (unsigned long long)t.flawed);
	definition_free(d);
	return (log_err(&e));
}
