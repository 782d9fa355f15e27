/* What a signal ends: not only this process, but also what the server does for it. */

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "pg/pg_conn.h"

enum {
	PG_CANCEL_SLOTS = 64, /* connections at a time; one more is not cancelled */
	PG_CANCEL_SECONDS = 5 /* that a server may take to hear of it */
};

/* Whoever takes one out of its slot is its owner: the handler, or pg_cancel_remove(). */
static _Atomic(PGcancel *) pg_cancels[PG_CANCEL_SLOTS];

/*
 * End the statements of all connections, then die of the signal.  PQcancel() is safe here; its
 * network may be dead, so that an alarm stands behind it.
 */
static void
pg_cancel_signal(int signo)
{
	char ignored[256];
	PGcancel *c;
	size_t i;

	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(PG_CANCEL_SECONDS);
	for (i = 0; i < PG_CANCEL_SLOTS; i++)
		if ((c = atomic_exchange(&pg_cancels[i], NULL)) != NULL)
			(void)PQcancel(c, ignored, sizeof(ignored));
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
}

/* Programs that have a handler of their own keep it. */
static void
pg_cancel_install(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa, old;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], NULL, &old) || old.sa_handler != SIG_DFL)
			continue;
		sa.sa_handler = pg_cancel_signal;
		(void)sigemptyset(&sa.sa_mask);
		sa.sa_flags = 0;
		(void)sigaction(signals[i], &sa, NULL);
	}
}

void
pg_cancel_add(struct pg *pg)
{
	PGcancel *c = PQgetCancel(pg->conn), *none;
	size_t i;

	pg->cancel = PG_CANCEL_SLOTS;
	if (c == NULL)
		return;
	for (i = 0; i < PG_CANCEL_SLOTS; i++) {
		none = NULL;
		if (atomic_compare_exchange_strong(&pg_cancels[i], &none, c))
			break;
	}
	pg->cancel = i;
	if (i == PG_CANCEL_SLOTS)
		PQfreeCancel(c);
	else
		pg_cancel_install();
}

void
pg_cancel_remove(struct pg *pg)
{
	PGcancel *c;

	if (pg->cancel >= PG_CANCEL_SLOTS)
		return;
	if ((c = atomic_exchange(&pg_cancels[pg->cancel], NULL)) != NULL)
		PQfreeCancel(c);
	pg->cancel = PG_CANCEL_SLOTS;
}
