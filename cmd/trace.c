/* aegis trace: from a value back to the bytes that say so. */

#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/pg.h"
#include "trace/trace.h"

static struct trace_options o;
static const char *db, *form = "text";
static struct option_list sources;

static const struct option_spec options[] = {
	PG_OPTION_DB(&db),
	{ "tenant", OPTION_UUID, "UUID", &o.tenant, "Tenant whose entity it is." },
	{ "type", OPTION_STRING, "TYPE", &o.type,
	    "Only entities of this type; rule: a rule's versions." },
	{ "sources", OPTION_LIST, "DIR|FILE", &sources,
	    "Where sources are kept (aegis-source-keep), or a source itself; may be given more than "
	    "once." },
	{ "layout", OPTION_STRING, "FILE", &o.layout,
	    "Layout to decode by, if the one of then is not pipelines/layouts/ any more." },
	{ "persons", OPTION_FLAG, NULL, &o.persons,
	    "Show values that may say who or where a person is, too." },
	PROGRAM_OPTION_FORMAT(&form),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "trace",
	.group = "Running",
	.summary = "show which bytes of which file say what the database has",
	.usage = "--tenant UUID [options] KEY [FIELD]",
	.options = options,
	.description =
	    "KEY is an entity's key, as in its vertex and its cells, with or without its type; an API "
	    "number in any spelling; or a rule's identifier. Shown are, for each dataset that has said "
	    "something of it, source and SHA-256, record and byte offset, digests of layout and mapping, "
	    "and the run: those of the last change, which loads without one leave alone. With FIELD, "
	    "all bytes that its value was made of, in hex and as text, and what they are decoded to.\n\n"
	    "The bytes are read from the source where it was, or where --sources keeps it, and decoded "
	    "by the layout whose digest stands in the books. The row is made again from them: if it has "
	    "the digest of the row that was loaded, that is the proof. If the source is not there, or "
	    "the layout has changed, the report says so.\n\n"
	    "If no entity has KEY, the reject files of each dataset's last load are searched: where it "
	    "was rejected, and why, or that nobody has ever said it.",
	.examples =
	    "  aegis trace --tenant $TENANT 42-003-00123\n"
	    "  aegis trace --tenant $TENANT --sources kept 4200300123 total_depth\n"
	    "  aegis trace --tenant $TENANT field:07001001/oil/spacing\n",
	.status =
	    "1: no entity has KEY, or its source does not say what was loaded\n"
	    "64: several entities have KEY, or its type has no FIELD",
	.operands = 2,
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct report *r;
	struct pg *pg;
	char **words;
	bool finding = false;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &words, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (o.tenant == NULL)
		return (program_usage_error(&program, "--tenant is missing"));
	if (n == 0)
		return (program_usage_error(&program, "KEY is missing"));
	o.key = words[0];
	o.field = n > 1 ? words[1] : NULL;
	o.sources = sources.v;
	o.nsources = sources.n;
	if ((pg = pg_connect(db, "aegis-trace", &e)) != NULL) {
		r = report_new(form);
		if (trace_run(pg, &o, r, &finding, &e) == 0)
			(void)report_print(r, NULL, &e);
		report_free(r);
	}
	pg_close(pg);
	return (e.status == STATUS_OK && finding ? STATUS_FINDINGS : log_err(&e));
}
