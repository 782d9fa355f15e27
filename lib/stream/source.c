/* Raw input, unpacked and hashed by a thread of its own. */

#include "stream/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/infile.h"
#include "base/io.h"
#include "base/os.h"
#include "stream/unpack.h"

enum {
	SOURCE_BLOCK = 1 << 20,
	SOURCE_RING = 4,
	/* Read and hashed in steps which stay in the processor's cache between the two. */
	SOURCE_STEP = 128 << 10,
};

struct source_block {
	unsigned char *p; /* SOURCE_BLOCK bytes */
	size_t len;
};

struct source {
	char *path, *name;
	struct unpack_want want;
	enum source_part part;
	int fd;
	bool regular;
	int stop_pipe[2]; /* closed at its writing end to wake a thread that waits for input */
	pthread_t thread;

	/* The thread's own. */
	unsigned char *raw;
	size_t nraw; /* bytes in raw that were read to tell the compression */
	struct digest_sha256 *sha;
	_Atomic uint64_t raw_bytes; /* the caller looks how far it is */

	/* Shared, under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct source_block ring[SOURCE_RING];
	size_t first, count; /* filled blocks, with the one that the caller holds */
	bool stop, done;
	struct err err;
	char sha256[DIGEST_SHA256_HEX + 1];

	/* The caller's own. */
	bool holds, ended;
};

/* Wait until a pipe has bytes.  Return 0, or -1 where the source is being closed. */
static int
source_wait(struct source *s, struct err *e)
{
	struct pollfd p[2] = { { .fd = s->fd, .events = POLLIN },
		{ .fd = s->stop_pipe[0], .events = POLLIN } };

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			return (err_sys(e, STATUS_IO, "cannot wait for '%s'", s->path));
	if (p[1].revents != 0)
		return (err_set(e, STATUS_IO, "reading '%s' was given up", s->path));
	return (0);
}

/* Read and hash up to ${n} bytes as published. */
static ssize_t
source_raw(struct source *s, unsigned char *p, size_t n, struct err *e)
{
	ssize_t k;

	if (!s->regular && source_wait(s, e))
		return (-1);
	if ((k = io_read(s->fd, p, n, s->path, e)) > 0) {
		digest_sha256_update(s->sha, p, (size_t)k);
		s->raw_bytes += (uint64_t)k;
	}
	return (k);
}

/* struct unpack_input's pull(). */
static ssize_t
source_pull(void *ctx, const unsigned char **p, struct err *e)
{
	struct source *s = ctx;
	size_t n = s->nraw;

	*p = s->raw;
	s->nraw = 0;
	return (n > 0 ? (ssize_t)n : source_raw(s, s->raw, SOURCE_STEP, e));
}

/* Read enough to tell the compression. */
static int
source_sniff(struct source *s, enum unpack_kind *kind, struct err *e)
{
	ssize_t k;

	while (s->nraw < UNPACK_DETECT) {
		k = source_raw(s, s->raw + s->nraw, SOURCE_STEP - s->nraw, e);
		if (k < 0)
			return (-1);
		if (k == 0)
			break;
		s->nraw += (size_t)k;
	}
	if (s->nraw == 0)
		return (err_set(e, STATUS_NOINPUT, "'%s' is empty", s->path));
	*kind = unpack_detect(s->raw, s->nraw);
	return (0);
}

/* Wait for an empty block.  Return it, or NULL where the source is being closed. */
static struct source_block *
source_empty(struct source *s)
{
	struct source_block *b = NULL;

	(void)pthread_mutex_lock(&s->lock);
	while (s->count == SOURCE_RING && !s->stop)
		(void)pthread_cond_wait(&s->emptied, &s->lock);
	if (!s->stop)
		b = &s->ring[(s->first + s->count) % SOURCE_RING];
	(void)pthread_mutex_unlock(&s->lock);
	return (b);
}

/* Count the block that was just filled, and wake the reader if it waits for one. */
static void
source_publish(struct source *s)
{

	(void)pthread_mutex_lock(&s->lock);
	s->count++;
	(void)pthread_cond_signal(&s->filled);
	(void)pthread_mutex_unlock(&s->lock);
}

/* Where a block's bytes come from: up to ${n} of them; how many, 0 at the end, or -1. */
typedef ssize_t source_from_fn(void *ctx, unsigned char *p, size_t n, struct err *e);

/* The file itself, plain: what was read to tell the compression first. */
static ssize_t
source_from_file(void *ctx, unsigned char *p, size_t n, struct err *e)
{
	struct source *s = ctx;
	size_t had = s->nraw;

	if (had == 0)
		return (source_raw(s, p, n < SOURCE_STEP ? n : SOURCE_STEP, e));
	/* A block has room for it: it comes first. */
	memcpy(p, s->raw, had);
	s->nraw = 0;
	return ((ssize_t)had);
}

/* What is unpacked. */
static ssize_t
source_from_unpack(void *ctx, unsigned char *p, size_t n, struct err *e)
{

	return (unpack_read(ctx, p, n, e));
}

/* Move blocks until the end. */
static int
source_pump(struct source *s, source_from_fn *from, void *ctx, struct err *e)
{
	struct source_block *b;
	bool some = false;
	ssize_t k;

	while ((b = source_empty(s)) != NULL) {
		for (b->len = 0; b->len < SOURCE_BLOCK; b->len += (size_t)k)
			if ((k = from(ctx, b->p + b->len, SOURCE_BLOCK - b->len, e)) <= 0)
				break;
		if (k < 0)
			return (-1);
		if (b->len == 0)
			break;
		some = true;
		source_publish(s);
	}
	if (b != NULL && !some)
		return (err_set(e, STATUS_NOINPUT, "'%s' unpacks to nothing", s->name));
	return (0);
}

/* "ZIP:MEMBER"; before the first block is there, so that nobody reads it yet. */
static void
source_name_member(struct source *s, const char *member)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	char *name;

	if (buf_addf(&b, &e, "%s:%s", s->path, member) == 0 && (name = buf_str(&b, &e)) != NULL) {
		free(s->name);
		s->name = xstrdup(name);
		if (s->part == SOURCE_WHOLE)
			s->part = SOURCE_MEMBER;
	}
	buf_free(&b);
}

/* What is unpacked: its first bytes, read to see whether it is a tar, and the rest. */
struct source_inner {
	struct unpack *u;
	unsigned char *p; /* SOURCE_STEP bytes */
	size_t n;
	const char *name;
};

/* struct unpack_input's pull(), of a tar that is compressed. */
static ssize_t
source_pull_inner(void *ctx, const unsigned char **p, struct err *e)
{
	struct source_inner *i = ctx;
	size_t n = i->n;

	*p = i->p;
	i->n = 0;
	return (n > 0 ? (ssize_t)n : unpack_read(i->u, i->p, SOURCE_STEP, e));
}

/* What is unpacked, the bytes that were read of it first. */
static ssize_t
source_from_inner(void *ctx, unsigned char *p, size_t n, struct err *e)
{
	struct source_inner *i = ctx;
	size_t had = i->n;

	if (had == 0)
		return (unpack_read(i->u, p, n, e));
	memcpy(p, i->p, had);
	i->n = 0;
	return ((ssize_t)had);
}

/* A member that was asked for, of what is no archive. */
static int
source_no_archive(const struct source *s, struct err *e)
{

	if (s->want.name == NULL || s->want.optional)
		return (0);
	return (err_set(e, STATUS_USAGE, "'%s' is not a zip or tar archive: --member cannot apply",
	    s->path));
}

/* Unpack ${u}, which ${i} reads; what it holds may be a tar. */
static int
source_run_inner(struct source *s, struct source_inner *i, struct err *e)
{
	struct unpack_input in = { .pull = source_pull_inner, .ctx = i, .name = s->path };
	struct unpack *tar;
	ssize_t k;
	int rc;

	while (i->n < UNPACK_DETECT) {
		if ((k = unpack_read(i->u, i->p + i->n, SOURCE_STEP - i->n, e)) < 0)
			return (-1);
		if (k == 0)
			break;
		i->n += (size_t)k;
	}
	if (unpack_detect(i->p, i->n) != UNPACK_TAR)
		return (source_no_archive(s, e) || source_pump(s, source_from_inner, i, e));
	if ((tar = unpack_open(UNPACK_TAR, &in, &s->want, e)) == NULL)
		return (-1);
	source_name_member(s, unpack_member(tar));
	rc = source_pump(s, source_from_unpack, tar, e);
	unpack_free(tar);
	return (rc);
}

/* Tell the compression, then unpack the whole input into the ring of blocks. */
static int
source_run(struct source *s, struct err *e)
{
	struct unpack_input in = { .pull = source_pull, .ctx = s, .name = s->path };
	struct source_inner inner = { NULL, NULL, 0, s->path };
	enum unpack_kind kind = UNPACK_NONE;
	int rc;

	if (source_sniff(s, &kind, e))
		return (-1);
	if (kind == UNPACK_NONE)
		return (source_no_archive(s, e) || source_pump(s, source_from_file, s, e));
	/* Only a real file has its directory within reach; a pipe shows it at its end. */
	if (kind == UNPACK_ZIP && s->regular && s->fd != STDIN_FILENO &&
	    unpack_scan(s->path, &s->want, e))
		return (-1);
	if ((inner.u = unpack_open(kind, &in, &s->want, e)) == NULL)
		return (-1);
	if (unpack_member(inner.u) != NULL) {
		source_name_member(s, unpack_member(inner.u));
		rc = source_pump(s, source_from_unpack, inner.u, e);
	} else {
		inner.p = xcalloc(1, SOURCE_STEP);
		rc = source_run_inner(s, &inner, e);
		free(inner.p);
	}
	unpack_free(inner.u);
	return (rc);
}

/* The thread's body: read everything, then leave the SHA-256 and the error, if any, for the
 * caller. */
static void *
source_thread(void *arg)
{
	struct source *s = arg;
	struct err e = ERR_INIT;
	char hex[DIGEST_SHA256_HEX + 1];

	(void)source_run(s, &e);
	digest_sha256_final(s->sha, hex);
	(void)pthread_mutex_lock(&s->lock);
	memcpy(s->sha256, hex, sizeof(hex));
	s->err = e;
	s->done = true;
	(void)pthread_cond_signal(&s->filled);
	(void)pthread_mutex_unlock(&s->lock);
	return (NULL);
}

/* Signals are the main thread's. */
static int
source_start(struct source *s, struct err *e)
{
	sigset_t all, old;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&s->thread, NULL, source_thread, s);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return (0);
	errno = rc;
	return (err_sys(e, STATUS_TEMPFAIL, "cannot start a thread to read '%s'", s->path));
}

/* Close ${fd} unless it is -1 or a standard stream. */
static void
source_close_fd(int fd)
{

	if (fd > STDERR_FILENO)
		(void)close(fd);
}

/* Let the source be the file ${name}, which it frees, of the directory that it was. */
static int
source_inside(struct source *s, char *name, struct err *e)
{
	struct buf b = BUF_INIT(1 << 20);
	const char *path;
	struct stat st;
	int rc = -1;

	if (buf_addf(&b, e, "%s/%s", s->path, name) == 0 && (path = buf_str(&b, e)) != NULL) {
		free(s->path);
		free(s->name);
		s->path = xstrdup(path);
		s->name = xstrdup(path);
		/* It was the member: what is in it may be an archive of one file. */
		s->want.name = NULL;
		s->part = SOURCE_OF_DIRECTORY;
		s->fd = infile_open(s->path, e);
		rc = s->fd < 0;
	}
	free(name);
	buf_free(&b);
	if (rc == 0 && fstat(s->fd, &st) == 0 && S_ISDIR(st.st_mode))
		rc = err_set(e, STATUS_NOINPUT, "'%s' is a directory", s->path);
	return (rc);
}

/* The file of a directory that is wanted: the only one whose name fits. */
static int
source_open_inside(struct source *s, struct err *e)
{
	struct dirent *d;
	char *found = NULL;
	size_t n = 0;
	DIR *dir;

	if (s->want.name == NULL)
		return (err_set(e, STATUS_NOINPUT, "'%s' is a directory", s->path));
	if ((dir = opendir(s->path)) == NULL)
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", s->path));
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' || !unpack_wants(&s->want, d->d_name))
			continue;
		if (n++ == 0)
			found = xstrdup(d->d_name);
	}
	(void)closedir(dir);
	if (n != 1) {
		free(found);
		return (err_set(e, STATUS_NOINPUT, "the directory '%s' holds %s file '%s'", s->path,
		    n == 0 ? "no" : "more than one", s->want.name));
	}
	source_close_fd(s->fd);
	s->fd = -1;
	return (source_inside(s, found, e));
}

/* Open the input and the pipe that stops the thread. */
static int
source_open_file(struct source *s, struct err *e)
{
	struct stat st;

	s->fd = STDIN_FILENO;
	if (strcmp(s->path, "-") != 0 && (s->fd = infile_open(s->path, e)) < 0)
		return (-1);
	if (fstat(s->fd, &st))
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", s->path));
	if (S_ISDIR(st.st_mode) && (source_open_inside(s, e) || fstat(s->fd, &st)))
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", s->path));
	s->regular = S_ISREG(st.st_mode);
	if (s->regular)
		(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return (os_pipe(s->stop_pipe, e));
}

/* A source with its buffers and locks, but without an open file or a thread yet. */
static struct source *
source_new(const char *path, const char *member, bool optional)
{
	struct source *s = xcalloc(1, sizeof(*s));
	size_t i;

	s->path = xstrdup(path);
	s->name = xstrdup(path);
	s->want.name = member;
	s->want.optional = optional;
	s->fd = s->stop_pipe[0] = s->stop_pipe[1] = -1;
	s->raw = xcalloc(1, SOURCE_STEP);
	for (i = 0; i < SOURCE_RING; i++)
		s->ring[i].p = xcalloc(1, SOURCE_BLOCK);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->filled, NULL);
	(void)pthread_cond_init(&s->emptied, NULL);
	return (s);
}

/* Close the descriptors and free everything but the digest; the thread must have ended. */
static void
source_free(struct source *s)
{
	size_t i;

	source_close_fd(s->fd);
	source_close_fd(s->stop_pipe[0]);
	source_close_fd(s->stop_pipe[1]);
	(void)pthread_cond_destroy(&s->emptied);
	(void)pthread_cond_destroy(&s->filled);
	(void)pthread_mutex_destroy(&s->lock);
	for (i = 0; i < SOURCE_RING; i++)
		free(s->ring[i].p);
	free(s->raw);
	free(s->name);
	free(s->path);
	free(s);
}

/* Open ${path}, a member of it, or, where that is ${optional}, whatever it is. */
static struct source *
source_open_any(const char *path, const char *member, bool optional, struct err *e)
{
	struct source *s = source_new(path, member, optional);
	struct err first = ERR_INIT;

	if (source_open_file(s, e)) {
		source_free(s);
		return (NULL);
	}
	s->sha = digest_sha256_new();
	if (source_start(s, e)) {
		digest_sha256_free(s->sha);
		source_free(s);
		return (NULL);
	}
	/* What is wrong from the start shows here, and a zip's member gets its name. */
	(void)pthread_mutex_lock(&s->lock);
	while (s->count == 0 && !s->done)
		(void)pthread_cond_wait(&s->filled, &s->lock);
	if (s->count == 0)
		first = s->err;
	(void)pthread_mutex_unlock(&s->lock);
	if (first.status != STATUS_OK) {
		*e = first;
		source_close(s);
		return (NULL);
	}
	return (s);
}

struct source *
source_open(const char *path, const char *member, struct err *e)
{

	return (source_open_any(path, member, false, e));
}

struct source *
source_open_part(const char *path, const char *member, struct err *e)
{

	return (source_open_any(path, member, true, e));
}

enum source_part
source_part(const struct source *s)
{

	return (s->part);
}

const char *
source_name(const struct source *s)
{

	return (s->name);
}

ssize_t
source_read(struct source *s, const unsigned char **p, struct err *e)
{
	ssize_t n = 0;

	(void)pthread_mutex_lock(&s->lock);
	if (s->holds) {
		s->first = (s->first + 1) % SOURCE_RING;
		s->count--;
		(void)pthread_cond_signal(&s->emptied);
	}
	while (s->count == 0 && !s->done)
		(void)pthread_cond_wait(&s->filled, &s->lock);
	if ((s->holds = s->count > 0)) {
		*p = s->ring[s->first].p;
		n = (ssize_t)s->ring[s->first].len;
	} else if (s->err.status != STATUS_OK) {
		*e = s->err;
		n = -1;
	} else {
		s->ended = true;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return (n);
}

void
source_sha256(const struct source *s, char hex[DIGEST_SHA256_HEX + 1], uint64_t *bytes)
{

	(void)snprintf(hex, DIGEST_SHA256_HEX + 1, "%s", s->ended ? s->sha256 : "-");
	*bytes = s->ended ? s->raw_bytes : 0;
}

void
source_progress(const struct source *s, uint64_t *read, uint64_t *size)
{
	struct stat st;

	*read = s->raw_bytes;
	*size = s->regular && fstat(s->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

void
source_close(struct source *s)
{

	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->stop = true;
	(void)pthread_cond_signal(&s->emptied);
	(void)pthread_mutex_unlock(&s->lock);
	(void)close(s->stop_pipe[1]);
	s->stop_pipe[1] = -1;
	(void)pthread_join(s->thread, NULL);
	source_free(s);
}
