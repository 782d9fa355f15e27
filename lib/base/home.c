/* Where the project's files and its var/ are. */

#include "base/home.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

#ifndef AEGIS_SYSCONFDIR
#define AEGIS_SYSCONFDIR "/etc"
#endif
#ifndef AEGIS_LOCALSTATEDIR
#define AEGIS_LOCALSTATEDIR "/var"
#endif

/* Where the files of an installed program are, seen from its directory. */
static const char home_installed[] = "/../share/aegis";

/* Write DIR/REL to ${dst}, or ${dir} alone if ${rel} is empty; a path that does not fit is an
 * error. */
static int
home_join(char *dst, size_t size, const char *dir, const char *rel, struct err *e)
{
	int n = snprintf(dst, size, "%s%s%s", dir, rel[0] ? "/" : "", rel);

	if (n < 0 || (size_t)n >= size)
		return (err_set(e, STATUS_CONFIG, "the path '%s/%s' is too long", dir, rel));
	return (0);
}

/* Find the home: $AEGIS_HOME, or the first of some directories near the program that holds
 * pipelines/. */
static int
home_dir(char *dst, size_t size, struct err *e)
{
	static const char *const up[] = { "/../..", "/../../..", "/..", home_installed };
	const char *env = getenv("AEGIS_HOME");
	char self[3000], probe[3100];
	size_t i;

	if (env != NULL && env[0] != '\0')
		return (home_join(dst, size, env, "", e));
	if (os_self_dir(self, sizeof(self), e))
		return (-1);
	for (i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
		(void)snprintf(probe, sizeof(probe), "%s%s/pipelines", self, up[i]);
		if (access(probe, X_OK) != 0)
			continue;
		(void)snprintf(probe, sizeof(probe), "%s%s", self, up[i]);
		return (os_realpath(probe, dst, size, e));
	}
	(void)err_set(e, STATUS_CONFIG, "cannot find AEGIS Batch's files from '%s'", self);
	return (err_hint(e, "set AEGIS_HOME to the directory that holds pipelines/"));
}

int
home_path(char *dst, size_t size, const char *rel, struct err *e)
{
	char dir[4096];

	if (home_dir(dir, sizeof(dir), e))
		return (-1);
	return (home_join(dst, size, dir, rel, e));
}

/* Are the programs installed, and not in a checkout? */
static bool
home_is_installed(void)
{
	const char *env = getenv("AEGIS_HOME");
	char self[3000], share[3100], dir[4096], real[4096];

	return ((env == NULL || env[0] == '\0') && os_self_dir(self, sizeof(self), NULL) == 0 &&
	    snprintf(share, sizeof(share), "%s%s", self, home_installed) < (int)sizeof(share) &&
	    access(share, X_OK) == 0 && os_realpath(share, real, sizeof(real), NULL) == 0 &&
	    home_dir(dir, sizeof(dir), NULL) == 0 && strcmp(dir, real) == 0);
}

int
home_etc(char *dst, size_t size, struct err *e)
{
	const char *env = getenv("AEGIS_ETC");

	if (env == NULL && !home_is_installed()) {
		dst[0] = '\0';
		return (0);
	}
	return (env != NULL ? home_join(dst, size, env, "", e) :
			      home_join(dst, size, AEGIS_SYSCONFDIR, "aegis", e));
}

int
home_config(char *dst, size_t size, const char *rel, struct err *e)
{
	char etc[4096], shipped[4096];

	if (home_etc(etc, sizeof(etc), e))
		return (-1);
	if (etc[0] != '\0' && home_join(dst, size, etc, rel, e) == 0 && access(dst, F_OK) == 0)
		return (0);
	if (snprintf(shipped, sizeof(shipped), "pipelines/%s", rel) >= (int)sizeof(shipped))
		return (err_set(e, STATUS_CONFIG, "the path '%s' is too long", rel));
	return (home_path(dst, size, shipped, e));
}

int
home_var(char *dst, size_t size, const char *rel, struct err *e)
{
	const char *env = getenv("AEGIS_VAR");
	char dir[4096];

	if (env != NULL && env[0] != '\0')
		return (home_join(dst, size, env, rel, e));
	if (home_is_installed())
		(void)snprintf(dir, sizeof(dir), "%s/lib/aegis", AEGIS_LOCALSTATEDIR);
	else if (home_path(dir, sizeof(dir), "var", e))
		return (-1);
	return (home_join(dst, size, dir, rel, e));
}
