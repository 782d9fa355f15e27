/* Where the files of an inbox go when a run is over. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/notice.h"
#include "inbox/inbox_work.h"
#include "stream/keep.h"

/* The path of a name below the inbox's directory ${sub} that nobody has yet. */
static int
inbox_place(const struct inbox *b, const char *sub, const char *name, char *dst, size_t size,
    struct err *e)
{
	struct stat st;
	int n, k;

	n = snprintf(dst, size, "%s/%s", b->o.dir, sub);
	if (n < 0 || (size_t)n >= size || io_mkdirs(dst, 0750, e))
		return (-1);
	for (k = 1;; k++) {
		n = k == 1 ? snprintf(dst, size, "%s/%s/%s", b->o.dir, sub, name) :
			     snprintf(dst, size, "%s/%s/%s.%d", b->o.dir, sub, name, k);
		if (n < 0 || (size_t)n >= size)
			return (err_set(e, STATUS_OUTPUT, "'%s' is too long", name));
		if (lstat(dst, &st) != 0)
			return (0);
	}
}

/* Move the file to DIR/SUB. */
static int
inbox_move(const struct inbox *b, const struct inbox_file *f, const char *sub, char *to,
    size_t size, struct err *e)
{

	if (inbox_place(b, sub, f->name, to, size, e))
		return (-1);
	if (rename(f->path, to) != 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot move '%s' to '%s'", f->path, to));
	notice_say("inbox: '%s' is in %s", f->name, sub);
	return (0);
}

/* Move it to failed, and say there why. */
static int
inbox_fail(const struct inbox *b, const struct inbox_file *f, struct err *e)
{
	char to[4096], why[4200];
	int fd, rc;

	if (inbox_move(b, f, "failed", to, sizeof(to), e))
		return (-1);
	(void)snprintf(why, sizeof(why), "%s.why", to);
	fd = open(why, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", why));
	rc = f->why != NULL && io_write_all(fd, f->why, strlen(f->why), why, e);
	rc = rc || io_write_all(fd, "\n", 1, why, e);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(e, STATUS_IO, "cannot close '%s'", why);
	return (rc);
}

/* keep_fn: note where it is kept. */
static void
inbox_kept(void *cookie, const char *kept, bool before)
{
	const struct inbox_file *f = cookie;

	(void)before;
	notice_say("inbox: '%s' is kept as '%s'", f->name, kept);
}

/* Keep the newest of a layout: DIR/done/LAYOUT has them. */
static int
inbox_prune(const char *dir, uint64_t keep, struct err *e)
{
	struct dirent **names = NULL;
	struct stat st, oldest;
	char path[4400], victim[4400];
	size_t left;
	int n, i;

	for (;;) {
		if ((n = scandir(dir, &names, NULL, NULL)) < 0)
			return (err_sys(e, STATUS_OUTPUT, "cannot read '%s'", dir));
		victim[0] = '\0';
		memset(&oldest, 0, sizeof(oldest));
		left = 0;
		for (i = 0; i < n; i++) {
			size_t len = strlen(names[i]->d_name);

			(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
			free(names[i]);
			if (len < 5 || strcmp(path + strlen(path) - 4, ".zst") != 0 ||
			    stat(path, &st) != 0 || !S_ISREG(st.st_mode))
				continue;
			left++;
			if (victim[0] == '\0' || st.st_mtim.tv_sec < oldest.st_mtim.tv_sec ||
			    (st.st_mtim.tv_sec == oldest.st_mtim.tv_sec &&
				st.st_mtim.tv_nsec < oldest.st_mtim.tv_nsec)) {
				oldest = st;
				(void)snprintf(victim, sizeof(victim), "%s", path);
			}
		}
		free(names);
		if (left <= keep)
			return (0);
		if (unlink(victim) != 0)
			return (err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", victim));
	}
}

/* A file that was loaded: kept as seekable zstd, or moved as it is. */
static int
inbox_finish(const struct inbox *b, struct inbox_file *f, uint64_t keep, struct err *e)
{
	char to[4096];

	if (keep == 0 || S_ISDIR(f->st.st_mode))
		return (inbox_move(b, f, "done", to, sizeof(to), e));
	if (snprintf(to, sizeof(to), "%s/done/%s", b->o.dir, f->what.layout) >= (int)sizeof(to))
		return (err_set(e, STATUS_OUTPUT, "'%s' is too long", b->o.dir));
	if (keep_write(f->path, to, inbox_kept, f, e))
		return (-1);
	if (unlink(f->path) != 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", f->path));
	return (inbox_prune(to, keep, e));
}

/* What becomes of one file. */
static int
inbox_settle_one(const struct inbox *b, struct inbox_file *f, inbox_keep_fn *keep,
    const void *cookie, struct err *e)
{
	char to[4096];

	switch (f->state) {
	case INBOX_SUPERSEDED:
		return (inbox_move(b, f, "done", to, sizeof(to), e));
	case INBOX_BROKEN:
	case INBOX_UNKNOWN:
		return (inbox_fail(b, f, e));
	case INBOX_GROWING:
		return (0);
	case INBOX_READY:
	default:
		break;
	}
	if (!f->ended || f->end == INBOX_LATER)
		return (0);
	return (f->end == INBOX_REFUSED ? inbox_fail(b, f, e) :
					  inbox_finish(b, f, keep(cookie, f->what.layout), e));
}

int
inbox_settle(struct inbox *b, inbox_keep_fn *keep, const void *cookie, struct err *e)
{
	struct err first = ERR_INIT;
	size_t i;

	for (i = 0; i < b->n; i++) {
		struct err own = ERR_INIT;

		/* One that cannot be moved is the same source tomorrow. */
		if (inbox_settle_one(b, &b->v[i], keep, cookie, &own) && first.status == STATUS_OK)
			first = own;
	}
	if (first.status == STATUS_OK)
		return (0);
	*e = first;
	return (-1);
}
