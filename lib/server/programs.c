/* Where PostgreSQL's programs are. */

#include "server/programs.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/home.h"
#include "base/io.h"
#include "base/num.h"
#include "base/os.h"
#include "pg/without.h"

#define PROGRAMS_DEBIAN "/usr/lib/postgresql"
#define PROGRAMS_ELSEWHERE "/var/lib/aegis-batch"
#define PROGRAMS_IN_TREE "/usr/lib/postgresql"

enum { PROGRAMS_OLDEST = 15, PROGRAMS_PATH_MAX = 4096 };

/* Whether ${dir} has all the programs that are needed, each of them executable. */
static bool
programs_here(const char *dir)
{
	static const char *const names[] = { "initdb", "pg_ctl", "postgres", "psql" };
	char path[PROGRAMS_PATH_MAX + 32];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (access(path, X_OK) != 0)
			return (false);
	}
	return (true);
}

/* BINDIR is PREFIX/lib/postgresql/V/bin, and its extensions are in
 * PREFIX/share/postgresql/V/extension (Debian's way), or BINDIR is PREFIX/bin
 * and they are in PREFIX/share/[postgresql/]extension. */
static FILE *
programs_control(const char *bindir, const char *version, const char *name)
{
	static const char *const shares[][2] = {
		{ "../../../../share/postgresql/", "/extension" },
		{ "../share/postgresql/extension", NULL },
		{ "../share/extension", NULL },
	};
	char path[PROGRAMS_PATH_MAX + 256];
	FILE *f;
	size_t i;

	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		bool debian = shares[i][1] != NULL;

		(void)snprintf(path, sizeof(path), "%s/%s%s%s/%s.control", bindir, shares[i][0],
		    debian ? version : "", debian ? shares[i][1] : "", name);
		if ((f = fopen(path, "r")) != NULL)
			return (f);
	}
	return (NULL);
}

void
programs_extension(const char *bindir, const char *version, const char *name, char *dst,
    size_t size)
{
	FILE *f = programs_control(bindir, version, name);
	char line[512];

	dst[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		const char *q = strchr(line, '\'');

		if (strncmp(line, "default_version", 15) == 0 && q != NULL)
			(void)snprintf(dst, size, "%.*s", (int)strcspn(q + 1, "'"), q + 1);
	}
	if (f != NULL)
		(void)fclose(f);
}

/* Whether ${bindir} has the programs and, for each bit of ${need}, the control file of that
 * extension. */
static bool
programs_serves(const char *bindir, const char *version, unsigned int need)
{
	char v[32];
	unsigned int bit;

	if (!programs_here(bindir))
		return (false);
	for (bit = 1; bit < WITHOUT_ALL; bit <<= 1) {
		if ((need & bit) == 0)
			continue;
		programs_extension(bindir, version, without_name(bit), v, sizeof(v));
		if (v[0] == '\0')
			return (false);
	}
	return (true);
}

/* The newest version in ${base}, Debian's place of versions or a tree's, that serves. */
static bool
programs_newest(const char *base, char *dst, size_t size, const char *version, unsigned int need)
{
	DIR *d = opendir(base);
	struct dirent *de;
	uint64_t v, best = 0;

	while (d != NULL && (de = readdir(d)) != NULL) {
		char path[PROGRAMS_PATH_MAX];
		int n;

		if (num_u64(de->d_name, strlen(de->d_name), PROGRAMS_OLDEST, 999, &v) ||
		    v <= best || (version[0] != '\0' && strcmp(version, de->d_name) != 0))
			continue;
		n = snprintf(path, sizeof(path), "%s/%s/bin", base, de->d_name);
		if (n < 0 || (size_t)n >= sizeof(path) || (size_t)n >= size ||
		    !programs_serves(path, de->d_name, need))
			continue;
		best = v;
		memcpy(dst, path, (size_t)n + 1);
	}
	if (d != NULL)
		(void)closedir(d);
	return (best != 0);
}

/* AEGIS_PG_TREE, or NULL. */
static const char *
programs_chosen(void)
{
	const char *env = getenv("AEGIS_PG_TREE");

	return (env != NULL && env[0] != '\0' ? env : NULL);
}

/*
 * The tree that the user has named, of whatever make: Debian's files unpacked, or what
 * `make install` puts below a prefix.
 */
static bool
programs_own(char *dst, size_t size, const char *version, unsigned int need)
{
	const char *tree = programs_chosen();
	char path[PROGRAMS_PATH_MAX];

	if (tree == NULL || strlen(tree) + sizeof(PROGRAMS_IN_TREE) > sizeof(path))
		return (false);
	(void)snprintf(path, sizeof(path), "%s" PROGRAMS_IN_TREE, tree);
	if (programs_newest(path, dst, size, version, need))
		return (true);
	(void)snprintf(path, sizeof(path), "%s/bin", tree);
	if (strlen(path) >= size || !programs_serves(path, version, need))
		return (false);
	memcpy(dst, path, strlen(path) + 1);
	return (true);
}

/* A tree of the script's; its list of packages is what that writes last. */
static bool
programs_tree_at(const char *tree, char *dst, size_t size, const char *version, unsigned int need)
{
	char path[PROGRAMS_PATH_MAX + 64];

	(void)snprintf(path, sizeof(path), "%s/PACKAGES", tree);
	if (access(path, R_OK) != 0)
		return (false);
	(void)snprintf(path, sizeof(path), "%s" PROGRAMS_IN_TREE, tree);
	return (programs_newest(path, dst, size, version, need));
}

/* Where the script's tree of ${version} is or goes: in the checkout, or elsewhere. */
static int
programs_tree_path(char *dst, size_t size, const char *version, bool elsewhere, struct err *e)
{
	const char *own = programs_chosen();
	char name[64];

	if (version[0] == '\0')
		version = PROGRAMS_TREE_VERSION;
	if (snprintf(name, sizeof(name), "postgresql-%s", version) >= (int)sizeof(name))
		return (
		    err_set(e, STATUS_USAGE, "'%.60s' is not a version of PostgreSQL", version));
	if (own == NULL && !elsewhere) {
		char rel[80];

		(void)snprintf(rel, sizeof(rel), "var/%s", name);
		return (home_path(dst, size, rel, e));
	}
	if (snprintf(dst, size, "%s%s%s", own != NULL ? own : PROGRAMS_ELSEWHERE,
		own != NULL ? "" : "/", own != NULL ? "" : name) >= (int)size)
		return (err_set(e, STATUS_CONFIG, "AEGIS_PG_TREE is too long"));
	return (0);
}

/* Find a tree that scripts/pg-tree has made, in the checkout first and then elsewhere; ${dst} gets
 * its directory of programs. */
static bool
programs_tree(char *dst, size_t size, const char *version, unsigned int need)
{
	const char *v = version[0] != '\0' ? version : PROGRAMS_TREE_VERSION;
	char tree[PROGRAMS_PATH_MAX];
	int i;

	for (i = 0; i < 2; i++)
		if (programs_tree_path(tree, sizeof(tree), v, i == 1, NULL) == 0 &&
		    programs_tree_at(tree, dst, size, v, need))
			return (true);
	return (false);
}

/* A PostgreSQL of another make says itself where it is. */
static bool
programs_config(char *dst, size_t size, const char *version, unsigned int need)
{
	char line[PROGRAMS_PATH_MAX] = "";
	FILE *f = popen("pg_config --bindir 2>/dev/null", "r");

	if (f == NULL)
		return (false);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	(void)pclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (line[0] != '/' || strlen(line) >= size || !programs_serves(line, version, need))
		return (false);
	memcpy(dst, line, strlen(line) + 1);
	return (true);
}

int
programs_find(char *dst, size_t size, const char *version, unsigned int need, struct err *e)
{

	if (programs_own(dst, size, version, need) ||
	    programs_newest(PROGRAMS_DEBIAN, dst, size, version, need) ||
	    programs_tree(dst, size, version, need) || programs_config(dst, size, version, need))
		return (0);
	(void)err_set(e, STATUS_CONFIG,
	    "no PostgreSQL%s%s%s%s here: neither in " PROGRAMS_DEBIAN " nor by pg_config",
	    version[0] ? " " : "", version, need != 0 ? " with " : "", without_text(need));
	if (need != 0)
		return (err_hint(e,
		    "on Debian 13: apt-get install postgresql-17-age postgresql-17-pgvector; or "
		    "do without: aegis db start --without %s",
		    without_text(need)));
	return (err_hint(e, "install it: apt-get install postgresql%s%s", version[0] ? "-" : "",
	    version));
}

int
programs_remove_tree(const char *version, char *removed, size_t size, struct err *e)
{
	char tree[PROGRAMS_PATH_MAX], path[PROGRAMS_PATH_MAX + 64];
	int i;

	removed[0] = '\0';
	for (i = 0; i < 2 && programs_chosen() == NULL && removed[0] == '\0'; i++) {
		if (programs_tree_path(tree, sizeof(tree), version, i == 1, e))
			return (-1);
		(void)snprintf(path, sizeof(path), "%s/PACKAGES", tree);
		if (access(path, F_OK) != 0)
			continue;
		if (io_remove_tree(tree, e))
			return (-1);
		(void)snprintf(path, sizeof(path), "%s.lock", tree);
		(void)unlink(path);
		(void)snprintf(removed, size, "%s", tree);
	}
	return (0);
}

const char *
programs_tree_suite(const char *version)
{

	if (version[0] == '\0' || strcmp(version, "17") == 0)
		return ("trixie");
	return (strcmp(version, "18") == 0 ? "forky" : NULL);
}

int
programs_make_tree(const char *version, bool elsewhere, struct err *e)
{
	char script[PROGRAMS_PATH_MAX], tree[PROGRAMS_PATH_MAX];
	int status;
	pid_t pid;

	if (home_path(script, sizeof(script), "scripts/pg-tree", e) ||
	    programs_tree_path(tree, sizeof(tree), version, elsewhere, e))
		return (-1);
	if ((pid = fork()) < 0)
		return (err_sys(e, STATUS_TEMPFAIL, "cannot start '%s'", script));
	if (pid == 0) {
		/* Standard output is for data. */
		(void)signal(SIGPIPE, SIG_DFL);
		(void)signal(SIGXFSZ, SIG_DFL);
		(void)dup2(2, 1);
		(void)execl(script, script, tree, version[0] ? version : PROGRAMS_TREE_VERSION,
		    (char *)NULL);
		_exit(127);
	}
	if (os_wait(pid, 0, &status, NULL) < 0)
		return (err_sys(e, STATUS_BUG, "cannot wait for '%s'", script));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return (0);
	(void)err_set(e, STATUS_CONFIG, "PostgreSQL with age and vector cannot be had: '%s' failed",
	    script);
	return (err_hint(e,
	    "its reason is above; to do without the two: aegis db start --without age,vector"));
}
