#include "pg/drift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/os.h"
#include "pg/schema.h"

/* A scratch database that is this old belongs to nobody any more. */
#define DRIFT_OLD_SECONDS 3600

/*
 * kind, table (or ""), object, definition.  What belongs to an extension is the
 * extension's.  ACLs are taken apart, since their text names the owner.
 */
#define DRIFT_RELATIONS                                                                            \
	"WITH rel AS (SELECT c.*, n.nspname || '.' || c.relname AS name FROM pg_class c"           \
	"   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'oilgas')" \
	"   AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT EXISTS (SELECT FROM pg_depend"      \
	"   WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'))"

#define DRIFT_ORDER \
	" ) d (kind, tab, obj, def) ORDER BY kind COLLATE \"C\", obj COLLATE \"C\", tab COLLATE \"C\""

static const char drift_relations[] = DRIFT_RELATIONS
    " SELECT * FROM (SELECT 'table', name, name, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN"
    "   'partitioned table' WHEN 'S' THEN 'sequence' ELSE 'view' END || CASE relpersistence WHEN 'u'"
    "   THEN ', unlogged' ELSE '' END || CASE WHEN relrowsecurity THEN ', row security' ELSE '' END ||"
    "   CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END || coalesce(', ' ||"
    "   array_to_string(reloptions, ' '), '') || coalesce((SELECT ', increment ' || seqincrement || ',"
    "   cycle ' || seqcycle FROM pg_sequence WHERE seqrelid = rel.oid), '') FROM rel"
    " UNION ALL SELECT 'column', name, name || '.' || attname, format_type(atttypid, atttypmod) ||"
    "   CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' ||"
    "   pg_get_expr(adbin, adrelid), '') || CASE WHEN attidentity <> '' THEN ' identity ' ||"
    "   attidentity::text ELSE '' END || CASE WHEN attgenerated <> '' THEN ' generated' ELSE '' END ||"
    "   CASE WHEN attcollation <> typcollation THEN ' collate ' || attcollation::regcollation::text ELSE ''"
    "   END FROM rel JOIN pg_attribute ON attrelid = rel.oid AND attnum > 0 AND NOT attisdropped"
    "   JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum ="
    "   attnum WHERE relkind <> 'S'"
    " UNION ALL SELECT 'constraint', name, name || ' ' || conname, pg_get_constraintdef(c.oid) FROM"
    "   rel JOIN pg_constraint c ON conrelid = rel.oid WHERE contype <> 'n'"
    " UNION ALL SELECT 'index', name, name || ' ' || i.relname, pg_get_indexdef(indexrelid) || CASE"
    "   WHEN indisvalid THEN '' ELSE ', invalid' END FROM rel JOIN pg_index ON indrelid = rel.oid"
    "   JOIN pg_class i ON i.oid = indexrelid WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE"
    "   conindid = indexrelid AND contype IN ('p', 'u', 'x'))"
    " UNION ALL SELECT 'trigger', name, name || ' ' || tgname, pg_get_triggerdef(t.oid) || CASE"
    "   tgenabled WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' WHEN 'R' THEN ', replica' ELSE ''"
    "   END FROM rel JOIN pg_trigger t ON tgrelid = rel.oid WHERE NOT tgisinternal"
    " UNION ALL SELECT 'rule', name, name || ' ' || rulename, regexp_replace(pg_get_ruledef(r.oid), '\\s+', ' ', 'g') || CASE ev_enabled"
    "   WHEN 'O' THEN '' ELSE ', ' || ev_enabled::text END FROM rel JOIN pg_rewrite r ON ev_class = rel.oid"
    "   WHERE rulename <> '_RETURN'"
    " UNION ALL SELECT 'policy', name, name || ' ' || polname, polcmd::text || ' using ' ||"
    "   coalesce(pg_get_expr(polqual, polrelid), '') || ' check ' ||"
    "   coalesce(pg_get_expr(polwithcheck, polrelid), '') FROM rel JOIN pg_policy ON polrelid = rel.oid" DRIFT_ORDER;

static const char drift_rest[] = DRIFT_RELATIONS
    ","
    " fun AS (SELECT p.*, n.nspname || '.' || p.proname || '(' ||"
    "   pg_get_function_identity_arguments(p.oid) || ')' AS name FROM pg_proc p JOIN pg_namespace n"
    "   ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p') AND NOT"
    "   EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND"
    "   deptype = 'e')),"
    " acl AS (SELECT 'grant' AS kind, rel.name AS tab, rel.name AS obj, relowner AS owner, a.*"
    "   FROM rel, aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r'"
    "   END::\"char\", relowner))) a"
    "  UNION ALL SELECT 'grant', rel.name, rel.name || '.' || attname, relowner, a.* FROM rel JOIN"
    "   pg_attribute ON attrelid = rel.oid AND NOT attisdropped, aclexplode(attacl) a"
    "  UNION ALL SELECT 'grant', '', 'schema ' || nspname, nspowner, a.* FROM pg_namespace,"
    "   aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a"
    "   WHERE nspname IN ('public', 'oilgas', 'ag_catalog')"
    "  UNION ALL SELECT 'grant', 'function', 'function ' || fun.name, proowner, a.* FROM fun,"
    "   aclexplode(coalesce(proacl, acldefault('f', proowner))) a)"
    " SELECT * FROM ("
    " SELECT 'extension', '', extname::text, 'installed' FROM pg_extension WHERE extname <> 'plpgsql'"
    " UNION ALL SELECT 'function', 'function', name, 'body with md5 ' || md5(pg_get_functiondef(oid))"
    "   FROM fun"
    " UNION ALL SELECT kind, tab, obj || ' to ' || coalesce(r.rolname, 'PUBLIC'),"
    "   string_agg(privilege_type || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END,"
    "   ', ' ORDER BY privilege_type) FROM acl LEFT JOIN pg_roles r ON r.oid = grantee"
    "   WHERE grantee <> owner GROUP BY kind, tab, obj, r.rolname"
    " UNION ALL SELECT 'file', 'file', name::text, 'sha256 ' || sha256 FROM batch_schema_files" DRIFT_ORDER;

/* Roles belong to the whole server, so that the scratch database can't show what they
 * should be: no login, no rights of their own, members of nothing. */
static const char drift_roles_wanted[] =
    "SELECT 'role', '', r, 'no login' FROM unnest(ARRAY['aegis_audit', 'aegis_import']) r";
static const char drift_roles[] =
    "SELECT 'role', '', r.rolname::text, concat_ws(', ', CASE WHEN rolcanlogin THEN 'login' ELSE"
    " 'no login' END, CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreaterole THEN"
    " 'createrole' END, CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolreplication THEN"
    " 'replication' END, CASE WHEN rolbypassrls THEN 'bypassrls' END, (SELECT 'member of ' ||"
    " string_agg(g.rolname, ' ' ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid ="
    " m.roleid WHERE m.member = r.oid)) FROM pg_roles r WHERE rolname IN ('aegis_audit',"
    " 'aegis_import') ORDER BY rolname COLLATE \"C\"";

/* Only where AGE is. */
static const char drift_graph[] =
    "SELECT 'label', '', g.name || '.' || l.name, CASE l.kind WHEN 'v' THEN 'vertex' ELSE 'edge' END"
    " FROM ag_catalog.ag_graph g JOIN ag_catalog.ag_label l ON l.graph = g.graphid WHERE g.name ="
    " 'oilgas' ORDER BY g.name::text COLLATE \"C\", l.name::text COLLATE \"C\"";
static const char drift_no_graph[] = "SELECT '', '', '', '' WHERE false";

/* Both sides of one query. */
struct drift_pair {
	struct pg_result *want, *have;
};

enum drift_part {
	DRIFT_PART_RELATIONS,
	DRIFT_PART_REST,
	DRIFT_PART_ROLES,
	DRIFT_PART_GRAPH,
	DRIFT_PARTS
};

static struct pg_result *
drift_ask(struct pg *pg, enum drift_part part, bool reference, struct err *e)
{
	struct pg_result *r;
	bool age;

	if (part == DRIFT_PART_ROLES)
		return (pg_query(pg, reference ? drift_roles_wanted : drift_roles, NULL, 0, e));
	if (part != DRIFT_PART_GRAPH)
		return (pg_query(pg, part == DRIFT_PART_RELATIONS ? drift_relations : drift_rest,
		    NULL, 0, e));
	if ((r = pg_query(pg, "SELECT to_regclass('ag_catalog.ag_graph') IS NOT NULL", NULL, 0,
		 e)) == NULL)
		return (NULL);
	age = pg_result_get(r, 0, 0)[0] == 't';
	pg_result_free(r);
	return (pg_query(pg, age ? drift_graph : drift_no_graph, NULL, 0, e));
}

/* Whether the side has the table that this is about. */
static bool
drift_has_table(const struct pg_result *r, const char *table)
{
	int i;

	for (i = 0; i < pg_result_rows(r); i++)
		if (strcmp(pg_result_get(r, i, 0), "table") == 0 &&
		    strcmp(pg_result_get(r, i, 2), table) == 0)
			return (true);
	return (false);
}

/* What stands on one side only: whose is it? */
static bool
drift_single(const struct pg_result *other, const struct pg_result *r, int i, struct drift *d)
{
	const char *table = pg_result_get(r, i, 1);
	bool missing = d->what == DRIFT_MISSING;

	d->kind = pg_result_get(r, i, 0);
	d->object = pg_result_get(r, i, 2);
	d->want = missing ? pg_result_get(r, i, 3) : NULL;
	d->have = missing ? NULL : pg_result_get(r, i, 3);
	/* Functions, files and extensions of others are theirs. */
	if (!missing &&
	    (strcmp(table, "function") == 0 || strcmp(table, "file") == 0 ||
		strcmp(d->kind, "extension") == 0))
		return (false);
	if (strcmp(d->kind, "table") == 0) {
		if (!missing)
			d->what = DRIFT_OTHERS;
		return (true);
	}
	/* With its table, all that is on it. */
	return (strchr(table, '.') == NULL || drift_has_table(other, table));
}

static void
drift_merge(const struct drift_pair *tables, const struct drift_pair *p, drift_tell *tell,
    void *cookie, size_t *found)
{
	int i = 0, k = 0, n = pg_result_rows(p->want), m = pg_result_rows(p->have);

	while (i < n || k < m) {
		struct drift d = { DRIFT_CHANGED, "", "", NULL, NULL };
		bool say = true;
		int c = i == n ? 1 : k == m ? -1 : 0;

		if (c == 0)
			c = strcmp(pg_result_get(p->want, i, 0), pg_result_get(p->have, k, 0));
		if (c == 0)
			c = strcmp(pg_result_get(p->want, i, 2), pg_result_get(p->have, k, 2));
		if (c < 0) {
			d.what = DRIFT_MISSING;
			say = drift_single(tables->have, p->want, i++, &d);
		} else if (c > 0) {
			d.what = DRIFT_EXTRA;
			say = drift_single(tables->want, p->have, k++, &d);
		} else {
			d.kind = pg_result_get(p->want, i, 0);
			d.object = pg_result_get(p->want, i, 2);
			d.want = pg_result_get(p->want, i++, 3);
			d.have = pg_result_get(p->have, k++, 3);
			say = strcmp(d.want, d.have) != 0;
		}
		if (!say)
			continue;
		*found += d.what != DRIFT_OTHERS;
		tell(cookie, &d);
	}
}

int
drift_compare(struct pg *reference, struct pg *pg, drift_tell *tell, void *cookie, size_t *found,
    struct err *e)
{
	struct drift_pair parts[DRIFT_PARTS];
	int rc = 0, i;

	*found = 0;
	memset(parts, 0, sizeof(parts));
	for (i = 0; rc == 0 && i < DRIFT_PARTS; i++) {
		if ((parts[i].want = drift_ask(reference, (enum drift_part)i, true, e)) == NULL ||
		    (parts[i].have = drift_ask(pg, (enum drift_part)i, false, e)) == NULL)
			rc = -1;
		else
			drift_merge(&parts[DRIFT_PART_RELATIONS], &parts[i], tell, cookie, found);
	}
	for (i = 0; i < DRIFT_PARTS; i++) {
		pg_result_free(parts[i].want);
		pg_result_free(parts[i].have);
	}
	return (rc);
}

int
drift_remove(struct pg *pg, const char *name, struct err *e)
{
	char sql[DRIFT_NAME_MAX + 64];

	(void)snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
	return (pg_exec(pg, sql, e));
}

/* Scratch databases carry the time of their making. */
static int
drift_tidy(struct pg *pg, struct err *e)
{
	char limit[24];
	const char *params[] = { limit };
	struct pg_result *r;
	int i, rc = 0;

	(void)snprintf(limit, sizeof(limit), "%lld", (long long)time(NULL) - DRIFT_OLD_SECONDS);
	if ((r = pg_query(pg,
		 "SELECT datname FROM pg_database d WHERE datname ~ '^aegis_check_[0-9]+_[0-9a-f]{8}$'"
		 " AND split_part(datname, '_', 3)::bigint < $1::bigint"
		 " AND pg_has_role(datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_stat_activity a"
		 " WHERE a.datid = d.oid)",
		 params, 1, e)) == NULL)
		return (-1);
	for (i = 0; rc == 0 && i < pg_result_rows(r); i++)
		rc = drift_remove(pg, pg_result_get(r, i, 0), e);
	pg_result_free(r);
	return (rc);
}

static void
drift_quiet(void *cookie, const char *name, bool applied)
{

	(void)cookie;
	(void)name;
	(void)applied;
}

struct pg *
drift_reference(struct pg *pg, const char *dir, char *name, struct err *e)
{
	struct pg_result *without;
	struct pg *scratch = NULL;
	char uuid[37], sql[DRIFT_NAME_MAX + 64];

	name[0] = '\0';
	if ((without = pg_query(pg, "SELECT coalesce(current_setting('aegis.without', true), '')",
		 NULL, 0, e)) == NULL)
		return (NULL);
	os_uuid(uuid);
	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE aegis_check_%lld_%.8s TEMPLATE template0",
	    (long long)time(NULL), uuid);
	if (drift_tidy(pg, e) || pg_exec(pg, sql, e)) {
		if (e->status == STATUS_NOPERM)
			(void)err_hint(e,
			    "the files are tried in a scratch database; a role that may not make "
			    "one names a database that schema-apply made: --reference CONNINFO");
		goto done;
	}
	(void)snprintf(name, DRIFT_NAME_MAX, "%.*s", (int)strcspn(sql + 16, " "), sql + 16);
	if ((scratch = pg_connect_beside(pg, name, "aegis-schema-check", e)) == NULL)
		goto done;
	if (schema_without(scratch, pg_result_get(without, 0, 0), e) ||
	    schema_apply(scratch, dir, drift_quiet, NULL, e)) {
		pg_close(scratch);
		scratch = NULL;
	}
done:
	pg_result_free(without);
	return (scratch);
}
