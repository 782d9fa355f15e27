/* aegis fixture-save: save a database, or a slice of it, as a directory. */

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/num.h"
#include "base/program.h"
#include "fixture/save.h"
#include "pg/pg.h"

static struct save_options o = { .jobs = 2 };
static struct option_list where;
static uint64_t jobs = 2;

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &o.tenant,
	    "Only this tenant's rows, what belongs to them, and what belongs to nobody." },
	{ "where", OPTION_LIST, "TABLE=CONDITION", &where,
	    "Only these rows of the table (SQL); may be given for several tables." },
	{ "pseudonyms", OPTION_STRING, "FILE", &o.policy,
	    "Policy that names the columns whose values are replaced, such as "
	    "pipelines/pseudonyms.yaml." },
	{ "key", OPTION_STRING, "FILE", &o.key,
	    "Key of the pseudonyms, 16 bytes or more; the same key gives the same pseudonyms." },
	{ "jobs", OPTION_U64, "1-16", &jobs, "Connections used at the same time (default: 2)." },
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "fixture-save",
	.group = "Fixtures",
	.summary = "save a database, or a slice of it, as a directory",
	.usage = "[options] DIR",
	.options = options,
	.description =
	    "Writes every table, the sequences and the graph, as they were at one moment, into the new "
	    "directory DIR: a BagIt bag with a CSV file a table, compressed, and a manifest. Rows are "
	    "in the order of their keys, so that the same rows give the same digest. DIR appears when it "
	    "is whole, or not at all.\n\n"
	    "A slice follows the foreign keys, so that it restores: rows that a chosen row refers to "
	    "come along, and rows that refer to a chosen one. With --tenant, tables that belong to no "
	    "tenant are whole; with --where alone, tables that no chosen row leads to are empty.\n\n"
	    "With --pseudonyms the same value becomes the same pseudonym in every table and every run. "
	    "A clear value of those columns that stands anywhere else ends the saving: the policy has "
	    "to name that column too, or to keep the value.",
	.examples =
	    "  aegis fixture-save fixtures/today\n"
	    "  aegis fixture-save --tenant $TENANT --pseudonyms pipelines/pseudonyms.yaml \\\n"
	    "      --key pseudonyms.key slice\n",
	.status =
	    "65: a value is in clear text where the policy allows none\n"
	    "73: DIR exists already\n"
	    "77: others can read the key",
	.operands = 1,
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct fixture *f;
	char **operands;
	uint64_t rows = 0;
	int n, rc;
	size_t i;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1)
		return (program_usage_error(&program, "one new directory is needed"));
	if ((o.policy == NULL) != (o.key == NULL))
		return (program_usage_error(&program, "--pseudonyms and --key go together"));
	o.dir = operands[0];
	o.where = where.v;
	o.nwhere = where.n;
	o.jobs = (size_t)jobs;
	if ((f = save_run(&o, &e)) == NULL)
		return (log_err(&e));
	for (i = 0; i < f->nfiles; i++)
		rows += f->files[i].rows;
	log_info("'%s': %llu rows in %zu files, digest %s", o.dir, (unsigned long long)rows,
	    f->nfiles, f->digest);
	fixture_free(f);
	return (STATUS_OK);
}
