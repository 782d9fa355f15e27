/* The archives that a command line means. */

#include "audit/gather.h"

#include <stdio.h>
#include <sys/stat.h>

#include "audit/audit_table.h"

/* Whether ${path} is a single archive rather than a directory of them: it contains 'data'. */
static bool
gather_archive(const char *path)
{
	char file[CHAIN_PATH];
	struct stat st;

	return (snprintf(file, sizeof(file), "%s/data", path) < (int)sizeof(file) &&
	    stat(file, &st) == 0);
}

/* Return 1 where the directory has archives of the table, 0, or -1. */
static int
gather_table(struct chain *to, const char *dir, const char *table, struct err *e)
{
	struct chain c;

	if (chain_list(&c, dir, table, e))
		return (-1);
	if (c.n > 0 && to->n > 0) {
		chain_free(&c);
		return (err_set(e, STATUS_USAGE, "'%s': two directories of '%s'", dir, table));
	}
	if (c.n > 0)
		*to = c;
	return (c.n > 0);
}

int
gather_path(struct gather *g, const char *path, struct err *e)
{
	const struct audit_table *t;
	char dir[CHAIN_PATH];
	int rc, found = 0;
	size_t i;

	if (gather_archive(path))
		return (chain_add(&g->chains[GATHER_SINGLE], path, e));
	for (i = 0; (t = audit_table_nth(i)) != NULL; i++) {
		if (snprintf(dir, sizeof(dir), "%s/%s", path, t->name) >= (int)sizeof(dir))
			return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", path));
		if ((rc = gather_table(&g->chains[i], path, t->name, e)) == 0)
			rc = gather_table(&g->chains[i], dir, t->name, e);
		if (rc < 0)
			return (-1);
		found += rc;
	}
	return (found > 0 ? 0 : err_set(e, STATUS_NOINPUT, "'%s' holds no archive", path));
}

const struct chain *
gather_one(const struct gather *g, struct err *e)
{
	const struct chain *one = NULL;
	size_t i;

	for (i = 0; i < GATHER_CHAINS; i++) {
		if (g->chains[i].n == 0)
			continue;
		if (one != NULL) {
			(void)err_set(e, STATUS_USAGE, "archives of one table at a time");
			return (NULL);
		}
		one = &g->chains[i];
	}
	return (one);
}

void
gather_free(struct gather *g)
{
	size_t i;

	for (i = 0; i < GATHER_CHAINS; i++)
		chain_free(&g->chains[i]);
}
