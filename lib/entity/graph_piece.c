/* What is due in the graph, a piece at a time. */

#include <stdio.h>

#include "base/os.h"
#include "entity/graph_work.h"

enum {
	PIECE_FIRST = 50, /* rows; then as it turns out how long they take */
	PIECE_MIN = 20,
	PIECE_MAX = 50000,
	PIECE_PASSES = 40, /* over what others had locked: 8 s */
	PIECE_PAUSE_MS = 200,
};

int
graph_due(struct graph *g, const char *what, uint64_t *n, struct err *e)
{

	return (pg_execf(g->pg, NULL, e,
		    "DROP TABLE IF EXISTS graph_due; CREATE TEMPORARY TABLE graph_due AS %s;"
		    " CREATE INDEX ON graph_due (seq); ANALYZE graph_due",
		    what) ||
	    pg_u64f(g->pg, n, e, "SELECT count(*) FROM graph_due"));
}

/* One piece: rows ${from} to ${to}.  A lock that is not to be had leaves it as it is. */
static int
graph_piece(struct graph *g, const char *sql, uint64_t from, uint64_t to, uint64_t *done,
    struct err *e)
{
	struct err why = ERR_INIT;
	char first[24], last[24];
	const char *params[2] = { first, last };
	struct pg_result *r;

	(void)snprintf(first, sizeof(first), "%llu", (unsigned long long)from);
	(void)snprintf(last, sizeof(last), "%llu", (unsigned long long)to);
	if ((r = pg_query(g->pg, sql, params, 2, &why)) != NULL) {
		*done += pg_result_u64(r, 0, 0);
		pg_result_free(r);
		return (0);
	}
	if (pg_lock_missed(g->pg))
		return (0);
	*e = why;
	return (-1);
}

/* One pass over all of it, by pieces that take about as long as they may. */
static int
graph_piece_pass(struct graph *g, const char *sql, uint64_t limit, uint64_t n, uint64_t *piece,
    uint64_t *done, struct err *e)
{
	uint64_t from, to, began, ms;

	for (from = 1; from <= n; from = to + 1) {
		to = from + *piece - 1;
		began = os_now_ns();
		if (graph_piece(g, sql, from, to, done, e))
			return (-1);
		ms = (os_now_ns() - began) / 1000000;
		if (ms > limit && *piece > PIECE_MIN)
			*piece /= 2;
		else if (ms < limit / 2 && *piece < PIECE_MAX)
			*piece *= 2;
	}
	return (0);
}

int
graph_pieces(struct graph *g, const char *sql, uint64_t ms, uint64_t n, uint64_t *done,
    struct err *e)
{
	uint64_t piece = PIECE_FIRST, left = n;
	int pass;

	for (pass = 0; left > 0 && pass < PIECE_PASSES; pass++) {
		if (pass > 0)
			os_sleep_ms(PIECE_PAUSE_MS);
		if (graph_piece_pass(g, sql, ms, n, &piece, done, e) ||
		    pg_u64f(g->pg, &left, e, "SELECT count(*) FROM graph_due"))
			return (-1);
	}
	if (left == 0)
		return (0);
	(void)err_set(e, STATUS_TEMPFAIL,
	    "%llu rows of the graph are locked by others: what is done stays done",
	    (unsigned long long)left);
	return (err_hint(e, "try again: the next graph-sync goes on from here"));
}
