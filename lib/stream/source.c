/* Raw input, unpacked and hashed by a thread of its own. */

#include "stream/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
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
	SOURCE_MAGIC = 4,
};

struct source_block {
	unsigned char *p; /* SOURCE_BLOCK bytes */
	size_t len;
};

struct source {
	char *path;
	char *name;
	const char *member;
	int fd;
	bool regular;
	int stop_pipe[2]; /* closed at its writing end to wake a thread that waits for input */
	pthread_t thread;

	/* The thread's own. */
	unsigned char *raw;
	size_t nraw; /* bytes in raw that were read to tell the compression */
	struct digest_sha256 *sha;
	uint64_t raw_bytes;

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

	while (s->nraw < SOURCE_MAGIC) {
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
	if (s->member != NULL && *kind != UNPACK_ZIP)
		return (err_set(e, STATUS_USAGE, "'%s' is not a zip archive: --member cannot apply",
		    s->path));
	return (0);
}

/* Fill ${p} with bytes of a plain source.  Return how many, 0 at the end, or -1. */
static ssize_t
source_fill(struct source *s, unsigned char *p, struct err *e)
{
	size_t n = s->nraw;
	ssize_t k = 1;

	if (n > 0)
		memcpy(p, s->raw, n);
	s->nraw = 0;
	while (n < SOURCE_BLOCK && k > 0) {
		size_t room = SOURCE_BLOCK - n;

		if ((k = source_raw(s, p + n, room < SOURCE_STEP ? room : SOURCE_STEP, e)) < 0)
			return (-1);
		n += (size_t)k;
	}
	return ((ssize_t)n);
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

/* Move blocks until the end, from ${u} or, where it is NULL, from the file itself. */
static int
source_pump(struct source *s, struct unpack *u, struct err *e)
{
	struct source_block *b;
	bool some = false;
	ssize_t k;

	while ((b = source_empty(s)) != NULL) {
		k = u != NULL ? unpack_read(u, b->p, SOURCE_BLOCK, e) : source_fill(s, b->p, e);
		if (k < 0)
			return (-1);
		if (k == 0)
			break;
		some = true;
		b->len = (size_t)k;
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
	}
	buf_free(&b);
}

/* Tell the compression, then unpack the whole input into the ring of blocks. */
static int
source_run(struct source *s, struct err *e)
{
	struct unpack_input in = { .pull = source_pull, .ctx = s, .name = s->path };
	enum unpack_kind kind = UNPACK_NONE;
	struct unpack *u = NULL;
	int rc;

	if (source_sniff(s, &kind, e))
		return (-1);
	if (kind != UNPACK_NONE) {
		/* Only a real file has its directory within reach; a pipe shows it at its end. */
		if (kind == UNPACK_ZIP && s->regular && s->fd != STDIN_FILENO &&
		    unpack_scan(s->path, s->member, e))
			return (-1);
		if ((u = unpack_open(kind, &in, s->member, e)) == NULL)
			return (-1);
		if (unpack_member(u) != NULL)
			source_name_member(s, unpack_member(u));
	}
	rc = source_pump(s, u, e);
	unpack_free(u);
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

/* Open the input and the pipe that stops the thread; a directory is refused. */
static int
source_open_file(struct source *s, struct err *e)
{
	struct stat st;

	s->fd = STDIN_FILENO;
	if (strcmp(s->path, "-") != 0 && (s->fd = infile_open(s->path, e)) < 0)
		return (-1);
	if (fstat(s->fd, &st))
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", s->path));
	if (S_ISDIR(st.st_mode))
		return (err_set(e, STATUS_NOINPUT, "'%s' is a directory", s->path));
	s->regular = S_ISREG(st.st_mode);
	if (s->regular)
		(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return (os_pipe(s->stop_pipe, e));
}

/* A source with its buffers and locks, but without an open file or a thread yet. */
static struct source *
source_new(const char *path, const char *member)
{
	struct source *s = xcalloc(1, sizeof(*s));
	size_t i;

	s->path = xstrdup(path);
	s->name = xstrdup(path);
	s->member = member;
	s->fd = s->stop_pipe[0] = s->stop_pipe[1] = -1;
	s->raw = xcalloc(1, SOURCE_STEP);
	for (i = 0; i < SOURCE_RING; i++)
		s->ring[i].p = xcalloc(1, SOURCE_BLOCK);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->filled, NULL);
	(void)pthread_cond_init(&s->emptied, NULL);
	return (s);
}

/* Close ${fd} unless it is -1 or a standard stream. */
static void
source_close_fd(int fd)
{

	if (fd > STDERR_FILENO)
		(void)close(fd);
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

struct source *
source_open(const char *path, const char *member, struct err *e)
{
	struct source *s = source_new(path, member);
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

	/* Before the end the thread is still at both. */
	(void)snprintf(hex, DIGEST_SHA256_HEX + 1, "%s", s->ended ? s->sha256 : "-");
	*bytes = s->ended ? s->raw_bytes : 0;
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
