/* A pipe, read on by a thread. */

#include "base/ahead.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { AHEAD_STEP = 256 << 10 }; /* of a read(2) */

/* A ring of bytes.  The thread moves its end, the owner its begin. */
struct ahead {
	int fd, wake[2]; /* a byte in wake: stop */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, room;
	char *p;
	size_t cap, begin, len;
	int error; /* of read(2), or 0 */
	bool end, stop;
};

/* Wait until there is something to read, or the owner wants no more: false. */
static bool
ahead_wait(const struct ahead *a)
{
	struct pollfd v[2] = { { a->fd, POLLIN, 0 }, { a->wake[0], POLLIN, 0 } };

	while (poll(v, 2, -1) < 0)
		if (errno != EINTR)
			break;
	return (v[1].revents == 0);
}

/* One read(2) of up to ${n} bytes to ${at}: what it returned, or -1 with ${error} set. */
static ssize_t
ahead_step(const struct ahead *a, size_t at, size_t n, int *error)
{
	ssize_t k = 0;

	if (!ahead_wait(a))
		return (0);
	do
		k = read(a->fd, a->p + at, n);
	while (k < 0 && errno == EINTR);
	*error = k < 0 ? errno : 0;
	return (k);
}

/* The thread's body: read until the end, an error, or ahead_stop(). */
static void *
ahead_thread(void *arg)
{
	struct ahead *a = arg;
	int error = 0;

	(void)pthread_mutex_lock(&a->lock);
	while (!a->end && !a->stop) {
		size_t at, n;
		ssize_t k;

		if (a->len == a->cap) {
			(void)pthread_cond_wait(&a->room, &a->lock);
			continue;
		}
		/* What is small stays where the caches have it. */
		if (a->len == 0)
			a->begin = 0;
		at = (a->begin + a->len) % a->cap;
		n = a->cap - (at >= a->begin ? at : a->len);
		if (n > AHEAD_STEP)
			n = AHEAD_STEP;
		(void)pthread_mutex_unlock(&a->lock);
		k = ahead_step(a, at, n, &error);
		(void)pthread_mutex_lock(&a->lock);
		a->error = error;
		a->end = k <= 0;
		a->len += k > 0 ? (size_t)k : 0;
		(void)pthread_cond_signal(&a->filled);
	}
	(void)pthread_mutex_unlock(&a->lock);
	return (NULL);
}

struct ahead *
ahead_start(int fd, size_t limit, struct err *e)
{
	struct ahead *a = xcalloc(1, sizeof(*a));
	sigset_t all, old;
	int rc;

	a->fd = fd;
	a->cap = limit;
	if (pipe(a->wake) != 0) {
		(void)err_sys(e, STATUS_TEMPFAIL, "cannot make a pipe");
		free(a);
		return (NULL);
	}
	/* Untouched pages cost nothing. */
	if ((a->p = malloc(limit)) == NULL) {
		(void)err_set(e, STATUS_TEMPFAIL, "no memory to read ahead");
		goto bad;
	}
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->filled, NULL);
	(void)pthread_cond_init(&a->room, NULL);
	/* Signals are the main thread's. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&a->thread, NULL, ahead_thread, a);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return (a);
	errno = rc;
	(void)err_sys(e, STATUS_TEMPFAIL, "cannot start a thread to read ahead");
bad:
	(void)close(a->wake[0]);
	(void)close(a->wake[1]);
	free(a->p);
	free(a);
	return (NULL);
}

ssize_t
ahead_read(struct ahead *a, void *p, size_t n, const char *name, struct err *e)
{
	ssize_t k;

	(void)pthread_mutex_lock(&a->lock);
	while (a->len == 0 && !a->end)
		(void)pthread_cond_wait(&a->filled, &a->lock);
	if (a->len == 0 && a->error != 0) {
		errno = a->error;
		k = err_sys(e, STATUS_IO, "cannot read '%s'", name);
	} else if (a->len == 0) {
		k = 0;
	} else {
		size_t most = a->len < a->cap - a->begin ? a->len : a->cap - a->begin;

		if (n > most)
			n = most;
		/* The thread writes behind what is there, and nowhere else. */
		(void)pthread_mutex_unlock(&a->lock);
		memcpy(p, a->p + a->begin, n);
		(void)pthread_mutex_lock(&a->lock);
		a->begin = (a->begin + n) % a->cap;
		a->len -= n;
		(void)pthread_cond_signal(&a->room);
		k = (ssize_t)n;
	}
	(void)pthread_mutex_unlock(&a->lock);
	return (k);
}

void
ahead_stop(struct ahead *a)
{

	if (a == NULL)
		return;
	(void)pthread_mutex_lock(&a->lock);
	a->stop = true;
	(void)pthread_cond_signal(&a->room);
	(void)pthread_mutex_unlock(&a->lock);
	while (write(a->wake[1], "", 1) < 0 && errno == EINTR)
		;
	(void)pthread_join(a->thread, NULL);
	(void)pthread_cond_destroy(&a->room);
	(void)pthread_cond_destroy(&a->filled);
	(void)pthread_mutex_destroy(&a->lock);
	(void)close(a->wake[0]);
	(void)close(a->wake[1]);
	free(a->p);
	free(a);
}
