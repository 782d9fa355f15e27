#include "../../tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ahead.h"
#include "base/os.h"

enum { PIECE = 70000 };

static size_t total;

/* Writes the bytes in pieces of all sizes, so that writer and reader take turns in being late. */
static void *
writer(void *arg)
{
	int fd = *(int *)arg;
	unsigned seed = 7;
	size_t n, k, i;
	static unsigned char p[PIECE];

	for (n = 0; n < total; n += k) {
		seed = seed * 1103515245u + 12345u;
		k = 1 + seed / 65536 % (n % 3 ? PIECE : 100);
		k = k < total - n ? k : total - n;
		for (i = 0; i < k; i++)
			p[i] = (unsigned char)((n + i) * 2654435761u >> 13);
		for (i = 0; i < k;) {
			ssize_t w = write(fd, p + i, k - i);

			if (w < 0)
				return (NULL);
			i += (size_t)w;
		}
	}
	(void)close(fd);
	return (NULL);
}

/* All of it, through a ring of ${limit} bytes. */
static void
through(size_t limit, unsigned late, size_t bytes)
{
	struct err e = ERR_INIT;
	unsigned seed = 3;
	size_t n = 0, wrong = 0, i;
	static unsigned char p[PIECE];
	pthread_t t;
	ssize_t k;
	int v[2];
	struct ahead *a;

	total = bytes;
	if (pipe(v) != 0)
		return;
	(void)pthread_create(&t, NULL, writer, &v[1]);
	a = ahead_start(v[0], limit, &e);
	os_sleep_ms(late);
	do {
		seed = seed * 1103515245u + 12345u;
		k = a != NULL ? ahead_read(a, p, 1 + seed / 65536 % PIECE, "x", &e) : -1;
		for (i = 0; k > 0 && i < (size_t)k; i++)
			wrong += p[i] != (unsigned char)((n + i) * 2654435761u >> 13);
		n += k > 0 ? (size_t)k : 0;
	} while (k > 0);
	(void)tap_ok(k == 0 && n == total && wrong == 0,
	    "%zu bytes through %zu: %zu, %zu of them wrong %s", total, limit, n, wrong, e.msg);
	(void)tap_ok(a != NULL && ahead_read(a, p, 1, "x", &e) == 0, "the end stays the end");
	ahead_stop(a);
	(void)close(v[0]);
	(void)pthread_join(t, NULL);
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct ahead *a;
	char c;
	int v[2];

	through(1, 0, 5000);
	through(4096, 0, 2 << 20);
	through(1 << 20, 20, 9 << 20);
	through(32 << 20, 100, 9 << 20);
	/* Given up while it waits for a writer, and while it has no room. */
	if (pipe(v) != 0)
		return (1);
	a = ahead_start(v[0], 2, &e);
	ahead_stop(a);
	a = ahead_start(v[0], 2, &e);
	(void)tap_ok(write(v[1], "abcdef", 6) == 6, "a writer that is there still");
	os_sleep_ms(10);
	ahead_stop(a);
	(void)tap_ok(read(v[0], &c, 1) == 1 && c == 'c', "what was not read ahead is there: %c", c);
	(void)close(v[1]);
	(void)close(v[0]);
	/* A directory cannot be read. */
	v[0] = open("/", O_RDONLY);
	a = ahead_start(v[0], 100, &e);
	(void)tap_ok(a != NULL && ahead_read(a, &c, 1, "the pipe", &e) < 0 && e.status == STATUS_IO,
	    "an error is the reader's: %s", e.msg);
	ahead_stop(a);
	(void)close(v[0]);
	ahead_stop(NULL);
	return (tap_end());
}
