/* aegis graph-sync: update the graph oilgas from entities and links. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"
#include "entity/graph.h"
#include "pg/pg.h"

static struct graph_options o;
static const char *report = "text";

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &o.tenant, "Tenant whose entities are synchronized." },
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	{ "full", OPTION_FLAG, NULL, &o.full,
	    "Compare every entity and link, not only those that new loads have changed." },
	{ "check", OPTION_FLAG, NULL, &o.check,
	    "Compare the whole graph with the tables, write nothing, and exit 1 if it differs." },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "graph-sync",
	.group = "Import",
	.summary = "update the graph oilgas from entities and links",
	.usage = "--tenant UUID [options]",
	.options = options,
	.description =
	    "Gives each entity of the tenant a vertex in the Apache AGE graph oilgas, and each link "
	    "whose parent is there an edge from child to parent. The vertex's label comes from the "
	    "type (well: Well, flaring_event: FlaringEvent), the edge's is the display label of the "
	    "rule. What loads have changed since the last sync is looked at, in one transaction; the "
	    "first sync takes everything.\n\n"
	    "Only what is ours is written: vertices with an entity's entity_id and the tenant's "
	    "tenant_id, or none, which are adopted; on them the fields of the type and entity_id, "
	    "tenant_id, retired; edges that bear the rule_id of one of the tenant's rules. Other "
	    "vertices, edges and properties stay as they are. A retired entity's vertex stays, with "
	    "the property retired; its edges go.\n\n"
	    "Numbers of more than 15 significant digits, which a float cannot hold, are strings in "
	    "the graph; 1.10 is 1.1 there.\n\n"
	    "In a database without Apache AGE there is nothing to do, and that is not a failure; "
	    "unless schema-apply --without '' has said that AGE is to be there. A check of it is one.",
	.examples =
	    "  aegis graph-sync --tenant $TENANT\n"
	    "  aegis graph-sync --tenant $TENANT --check\n",
	.status =
	    "1: --check found differences\n"
	    "75: another sync is running, or another writer was faster: run it again\n"
	    "78: the database has no graph, or a label is missing",
};

/* Print what the run did, or what --check found to differ; a failure is left in ${e}. */
static void
print_report(const struct graph *g, struct err *e)
{
	struct report *r = report_new(report);

	graph_report(g, r);
	(void)report_print(r, o.check ? NULL : "the graph IS updated", e);
	report_free(r);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct graph *g;
	char **operands;
	bool differs = false;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	progress_init("graph-sync");
	if (o.tenant == NULL)
		return (program_usage_error(&program, "--tenant is needed"));
	if ((g = graph_sync(&o, &e)) != NULL) {
		differs = graph_differs(g);
		print_report(g, &e);
		graph_free(g);
	}
	rc = log_err(&e);
	return (rc == 0 && differs ? STATUS_FINDINGS : rc);
}
