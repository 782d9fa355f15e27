/* Which files this process has open, so that no output is one of its inputs. */

#include "base/samefile.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

struct samefile {
	dev_t dev;
	ino_t ino;
	bool output;
	char *name;
};

static pthread_mutex_t samefile_lock = PTHREAD_MUTEX_INITIALIZER;
static struct samefile *samefiles;
static size_t samefile_n, samefile_cap;
static bool samefile_started;

/* Under the lock. */
static void
samefile_put(const struct stat *st, const char *name, bool output)
{
	struct samefile *s;

	if (samefile_n == samefile_cap)
		samefiles = xgrow(samefiles, &samefile_cap, sizeof(*samefiles));
	s = &samefiles[samefile_n++];
	s->dev = st->st_dev;
	s->ino = st->st_ino;
	s->output = output;
	s->name = xstrdup(name);
}

/* Under the lock: the two that a shell may have opened. */
static void
samefile_start(void)
{
	static const char *const names[] = { "standard input", "standard output" };
	struct stat st;
	int fd;

	if (samefile_started)
		return;
	samefile_started = true;
	for (fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			samefile_put(&st, names[fd], fd == STDOUT_FILENO);
}

/* Under the lock. */
static int
samefile_find(const struct stat *st, const char *name, bool output, struct err *e)
{
	size_t i;

	samefile_start();
	for (i = 0; i < samefile_n; i++) {
		const struct samefile *s = &samefiles[i];

		if (s->dev != st->st_dev || s->ino != st->st_ino || !(s->output || output))
			continue;
		(void)err_set(e, STATUS_USAGE, "'%s' is also %s '%s' of this program", name,
		    s->output ? "the output" : "the input", s->name);
		return (err_hint(e, "name another file"));
	}
	return (0);
}

/* Under the lock: an input that is read again. */
static bool
samefile_known(const struct stat *st)
{
	size_t i;

	for (i = 0; i < samefile_n; i++)
		if (samefiles[i].dev == st->st_dev && samefiles[i].ino == st->st_ino)
			return (true);
	return (false);
}

int
samefile_add(int fd, const char *name, bool output, struct err *e)
{
	struct stat st;
	int rc;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return (0);
	(void)pthread_mutex_lock(&samefile_lock);
	if ((rc = samefile_find(&st, name, output, e)) == 0 && !samefile_known(&st))
		samefile_put(&st, name, output);
	(void)pthread_mutex_unlock(&samefile_lock);
	return (rc);
}

int
samefile_check(const char *path, struct err *e)
{
	struct stat st;
	int rc;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return (0);
	(void)pthread_mutex_lock(&samefile_lock);
	rc = samefile_find(&st, path, true, e);
	(void)pthread_mutex_unlock(&samefile_lock);
	return (rc);
}

void
samefile_drop(int fd)
{
	struct stat st;
	size_t i;

	if (fstat(fd, &st))
		return;
	(void)pthread_mutex_lock(&samefile_lock);
	for (i = 0; i < samefile_n; i++)
		if (samefiles[i].dev == st.st_dev && samefiles[i].ino == st.st_ino) {
			free(samefiles[i].name);
			samefiles[i] = samefiles[--samefile_n];
			break;
		}
	if (samefile_n == 0) {
		free(samefiles);
		samefiles = NULL;
		samefile_cap = 0;
	}
	(void)pthread_mutex_unlock(&samefile_lock);
}
