/* What is in an inbox. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/notice.h"
#include "base/os.h"
#include "inbox/inbox_work.h"
#include "stream/members.h"
#include "stream/source.h"

/* Names of files that somebody is still writing. */
static const char *const inbox_unfinished[] = { ".part", ".partial", ".filepart", ".tmp",
	".crdownload", NULL };

/* Is it a name that is left alone? */
static bool
inbox_passed(const char *name)
{
	size_t n = strlen(name), i, k;

	if (name[0] == '.' || strcmp(name, "done") == 0 || strcmp(name, "failed") == 0)
		return (true);
	for (i = 0; inbox_unfinished[i] != NULL; i++) {
		k = strlen(inbox_unfinished[i]);
		if (n > k && strcmp(name + n - k, inbox_unfinished[i]) == 0)
			return (true);
	}
	return (false);
}

/* The order of names. */
static int
inbox_by_name(const void *a, const void *b)
{
	const struct inbox_file *x = a, *y = b;

	return (strcmp(x->name, y->name));
}

/* Add a file or directory. */
static void
inbox_add(struct inbox *b, const char *name)
{
	struct inbox_file *f;
	char path[4096];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/%s", b->o.dir, name) >= (int)sizeof(path) ||
	    stat(path, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return;
	if (b->n == b->cap)
		b->v = xgrow(b->v, &b->cap, sizeof(*b->v));
	f = &b->v[b->n++];
	memset(f, 0, sizeof(*f));
	f->name = xstrdup(name);
	f->path = xstrdup(path);
	f->st = st;
}

int
inbox_scan(struct inbox *b, struct err *e)
{
	struct dirent *d;
	DIR *dir;

	if ((dir = opendir(b->o.dir)) == NULL)
		return (err_sys(e, STATUS_CONFIG, "cannot open inbox '%s'", b->o.dir));
	while ((d = readdir(dir)) != NULL)
		if (!inbox_passed(d->d_name))
			inbox_add(b, d->d_name);
	(void)closedir(dir);
	if (b->n > 1)
		qsort(b->v, b->n, sizeof(*b->v), inbox_by_name);
	return (0);
}

/* The last change of a file, or of what is in a directory; nobody can set that back. */
static time_t
inbox_changed(const char *path, const struct stat *st)
{
	time_t last = st->st_ctime;
	char inner[4096];
	struct dirent *d;
	struct stat in;
	DIR *dir;

	if (!S_ISDIR(st->st_mode) || (dir = opendir(path)) == NULL)
		return (last);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' &&
		    snprintf(inner, sizeof(inner), "%s/%s", path, d->d_name) < (int)sizeof(inner) &&
		    stat(inner, &in) == 0 && in.st_ctime > last)
			last = in.st_ctime;
	(void)closedir(dir);
	return (last);
}

/* Whether the file is as it was at the first look. */
static bool
inbox_still(const struct inbox_file *f, time_t before)
{
	struct stat st;

	return (stat(f->path, &st) == 0 && st.st_size == f->st.st_size &&
	    st.st_mtime == f->st.st_mtime && st.st_ino == f->st.st_ino &&
	    inbox_changed(f->path, &st) == before);
}

/*
 * Whatever has changed within o->settle seconds is looked at again after that time, and is still being
 * written where it has changed again.
 */
static void
inbox_wait(struct inbox *b)
{
	time_t now = time(NULL), *was = xcalloc(b->n + 1, sizeof(*was));
	uint64_t wait = 0;
	size_t i;

	for (i = 0; i < b->n; i++) {
		was[i] = inbox_changed(b->v[i].path, &b->v[i].st);
		if (now - was[i] < (time_t)b->o.settle) {
			/* A clock that is set back is no reason to wait for long. */
			uint64_t left =
			    was[i] > now ? b->o.settle : b->o.settle - (uint64_t)(now - was[i]);

			wait = left > wait ? left : wait;
		}
	}
	if (wait > 0 && !b->o.look) {
		notice_say("inbox '%s': files have just changed; looking again in %llu s", b->o.dir,
		    (unsigned long long)wait);
		os_sleep_ms(wait * 1000);
	}
	for (i = 0; i < b->n; i++)
		if (!inbox_still(&b->v[i], was[i]))
			b->v[i].state = INBOX_GROWING;
	free(was);
}

/* Read a file, or one in it, to its end: is it whole? */
static int
inbox_read(const char *path, const char *member, struct err *e)
{
	struct source *s = source_open_part(path, member, e);
	const unsigned char *p;
	ssize_t n;

	if (s == NULL)
		return (-1);
	while ((n = source_read(s, &p, e)) > 0)
		continue;
	source_close(s);
	return (n < 0);
}

/* Read all that is in the file: what is compressed is whole where its check sums are right. */
static int
inbox_whole(const struct inbox_file *f, struct err *e)
{
	struct members m;
	size_t i;
	int rc;

	rc = members_list(f->path, &m, e);
	for (i = 0; rc == 0 && (i < m.n || (i == 0 && m.n == 0)); i++)
		rc = inbox_read(f->path, m.n > 0 ? m.names[i] : NULL, e);
	members_release(&m);
	return (rc);
}

/* LAYOUT=TEXT. */
static char *
inbox_pair(const char *layout, const char *text)
{
	size_t size = strlen(layout) + strlen(text) + 2;
	char *pair = xcalloc(1, size);

	(void)snprintf(pair, size, "%s=%s", layout, text);
	return (pair);
}

/* Find out what the file is. */
static void
inbox_identify(const struct identify *id, struct inbox_file *f)
{
	struct err e = ERR_INIT;

	if (identify_what(id, f->path, &f->what, &e) || inbox_whole(f, &e)) {
		f->state = INBOX_BROKEN;
		f->why = xstrdup(e.msg);
	} else if (f->what.layout[0] == '\0') {
		f->state = INBOX_UNKNOWN;
		f->why = xstrdup(f->what.why);
	}
	if (f->what.layout[0] != '\0')
		f->pair = inbox_pair(f->what.layout, f->state == INBOX_BROKEN ? f->why : f->path);
}

const char *
inbox_day(const struct inbox_file *f, char dst[11])
{
	char utc[32];

	if (f->what.named[0] != '\0')
		return (f->what.named);
	if (f->what.newest[0] != '\0')
		return (f->what.newest);
	(void)snprintf(dst, 11, "%.10s", os_utc(utc, sizeof(utc), f->st.st_mtime));
	return (dst);
}

/* Of files that have everything the newest counts. */
static void
inbox_supersede(struct inbox *b)
{
	size_t i, k;

	for (i = 0; i < b->n; i++)
		for (k = 0; k < b->n && b->v[i].state == INBOX_READY; k++) {
			const struct inbox_file *f = &b->v[i], *other = &b->v[k];
			char x[11], y[11];
			int c;

			if (k == i || other->state != INBOX_READY ||
			    strcmp(f->what.layout, other->what.layout) != 0 ||
			    !b->o.full(b->o.cookie, f->what.layout))
				continue;
			c = strcmp(inbox_day(f, x), inbox_day(other, y));
			if (c == 0)
				c = (f->st.st_mtime > other->st.st_mtime) -
				    (f->st.st_mtime < other->st.st_mtime);
			if (c < 0 || (c == 0 && i < k))
				b->v[i].state = INBOX_SUPERSEDED;
		}
}

int
inbox_look(struct inbox *b, struct err *e)
{
	struct identify *id;
	size_t i;

	(void)e;
	if (b->n == 0)
		return (0);
	inbox_wait(b);
	id = identify_new();
	for (i = 0; i < b->n; i++)
		if (b->v[i].state == INBOX_READY)
			inbox_identify(id, &b->v[i]);
	identify_free(id);
	inbox_supersede(b);
	return (0);
}
