/* Definitions that say the same, as PostgreSQL 15 and 17 print them before and after a dump. */
#include "pg/drift.h"

#include "../../tap.h"
#include "pg/needs.h"

static void
same(const char *a, const char *b, bool want)
{

	tap_ok(drift_same(a, b) == want && drift_same(b, a) == want, "%s %s %s", a,
	    want ? "is" : "is not", b);
}

int
main(void)
{

	same(
	    "CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
	    "CHECK (((status)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))",
	    true);
	same("CHECK (((status)::text = ANY ((ARRAY['a'::character varying])::text[])))",
	    "CHECK (((status)::text = ANY (ARRAY[('b'::character varying)::text])))", false);
	same("varchar default 'a'::character varying(20)", "varchar default 'a'", true);
	same("CHECK ((a OR b) AND c)", "CHECK (a OR (b AND c))", false);
	same("CHECK ((a > 0))", "CHECK ((a > 1))", false);
	same("CHECK ((lower((email)::text) = (email)::text))", "CHECK ((lower(email) = email))",
	    true);
	same("CHECK ((f(a) > 0))", "CHECK ((fa > 0))", false);
	same("CHECK ((x)::integer > 3)", "CHECK (x > 3)", false);
	same("default '(a)::text'", "default '(a)'", false);
	same("default '(a)'", "default 'a'", false);
	same("\"(a)\"", "\"a\"", false);
	same("''", "'", false);
	same("(((((a)))))", "a", true);
	same("((", "(", false);
	tap_ok(strcmp(needs_stages("column", "public.compliance_status.details"), "entity-load") ==
		0,
	    "a column that the load uses");
	tap_ok(needs_stages("column", "public.compliance_status.deadline") == NULL,
	    "one that nobody uses");
	tap_ok(needs_stages("column", "public.compliance_status.detail") == NULL,
	    "the beginning of one");
	tap_ok(needs_stages("table", "public.compliance_status") != NULL, "its table");
	tap_ok(needs_stages("table", "public.users") == NULL &&
		needs_stages("index", "public.x y") == NULL &&
		needs_stages("table", "oilgas.Well") == NULL,
	    "and what is nobody's");
	tap_ok(needs_ours("public.batch_runs") && needs_ours("public.entities") &&
		!needs_ours("public.entity_type_definitions") && !needs_ours("public.users") &&
		!needs_ours("oilgas.batch_runs"),
	    "which tables are ours");
	return (tap_end());
}
