/* What the server or the connection says when something fails. */

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "pg/pg_conn.h"
#include "pg/sqlstate.h"

/* Copy a message as one line: lines joined, what follows a TAB-led line's start
 * (libpq's advice) left out where ${advice} is false, no control characters. */
void
pg_line(char *dst, size_t size, const char *s, bool advice)
{
	size_t n = 0;
	bool gap = false;

	while (*s != '\0' && n + 3 < size) {
		if (*s == '\n') {
			gap = n > 0;
			s++;
			if (*s == '\t' && !advice)
				s += strcspn(s, "\n");
			continue;
		}
		if (gap) {
			dst[n++] = ';';
			dst[n++] = ' ';
			gap = false;
		}
		dst[n++] = (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s;
		s++;
	}
	dst[n] = '\0';
}

/* Where in a COPY it happened.  "COPY users, line 3, column name: ...", in the
 * server's language: the first number behind the table's name. */
static void
pg_note(struct pg *pg, const PGresult *res, const char *state, const char *where)
{
	const char *column = res ? PQresultErrorField(res, PG_DIAG_COLUMN_NAME) : NULL;
	const char *at =
	    where != NULL && strncmp(where, "COPY ", 5) == 0 ? strstr(where, ", ") : NULL;

	(void)snprintf(pg->state, sizeof(pg->state), "%s", state != NULL ? state : "");
	(void)snprintf(pg->column, sizeof(pg->column), "%s", column != NULL ? column : "");
	pg->line = 0;
	if (at == NULL)
		return;
	at += strcspn(at, "0123456789\n");
	(void)num_u64(at, strspn(at, "0123456789"), 1, UINT64_MAX, &pg->line);
	if (pg->column[0] == '\0' && (at = strstr(at, ", column ")) != NULL)
		(void)snprintf(pg->column, sizeof(pg->column), "%.*s", (int)strcspn(at + 9, ":\n"),
		    at + 9);
}

/* The server's answer, or the connection's state, as an error. */
int
pg_fail(struct pg *pg, const PGresult *res, struct err *e)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL) : NULL;
	const char *hint = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_HINT) : NULL;
	const char *where = res ? PQresultErrorField(res, PG_DIAG_CONTEXT) : NULL;
	char msg[500], more[300] = "", at[160] = "";
	bool lost = PQstatus(pg->conn) != CONNECTION_OK;
	bool held = pg->holder[0] != '\0' && state != NULL && strcmp(state, "55P03") == 0;
	enum status status;

	pg_note(pg, res, state, where);
	pg_line(msg, sizeof(msg), primary ? primary : PQerrorMessage(pg->conn), false);
	if (detail != NULL)
		pg_line(more, sizeof(more), detail, true);
	/* "COPY entities, line 3, column name: ..." is the only place known. */
	if (where != NULL && strncmp(where, "COPY ", 5) == 0)
		pg_line(at, sizeof(at), where, true);
	status = lost ? STATUS_TEMPFAIL : sqlstate_status(state);
	(void)err_set(e, status, "%s%s%s%s%s%s%s%s%s%s",
	    lost ? "the connection to the database "
		   "is lost: " :
		   "the database says: ",
	    msg, more[0] ? ": " : "", more, at[0] ? " (" : "", at, at[0] ? ")" : "",
	    held ? "; it is held by " : "", held ? pg->holder : "",
	    msg[0] ? "" : "no reason given");
	if (e == NULL || e->status != status)
		return (-1);
	if (hint != NULL) {
		pg_line(more, sizeof(more), hint, true);
		(void)err_hint(e, "%s", more);
	} else if (state != NULL && strcmp(state, "42501") == 0) {
		(void)err_hint(e,
		    "who imports: GRANT aegis_import TO %s; who exports: GRANT aegis_audit TO %s; all else "
		    "is the owner's (doc/schema.md)",
		    PQuser(pg->conn), PQuser(pg->conn));
	} else if (!lost && sqlstate_hint(state) != NULL) {
		(void)err_hint(e, "%s", sqlstate_hint(state));
	}
	return (-1);
}

/* Read and drop all that the server still has to say of the last command. */
void
pg_drain(struct pg *pg)
{
	PGresult *res;

	while ((res = PQgetResult(pg->conn)) != NULL) {
		ExecStatusType st = PQresultStatus(res);

		PQclear(res);
		if (st == PGRES_COPY_IN) {
			/* A server that doesn't take this is gone; the loop ends then. */
			if (PQputCopyEnd(pg->conn, "not asked for") != 1)
				return;
		} else if (st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH) {
			char *p;

			while (PQgetCopyData(pg->conn, &p, 0) > 0)
				PQfreemem(p);
		}
	}
}

/* Run one command and want one kind of answer; NULL with ${e} set otherwise. */
PGresult *
pg_answer(struct pg *pg, PGresult *res, ExecStatusType a, ExecStatusType b, struct err *e)
{
	ExecStatusType st = PQresultStatus(res); /* of NULL: PGRES_FATAL_ERROR */

	if (st == a || st == b)
		return (res);
	if (st == PGRES_COPY_IN || st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH ||
	    st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_EMPTY_QUERY)
		(void)err_set(e, STATUS_BUG,
		    "the database answers '%s' to a statement of "
		    "another kind",
		    PQresStatus(st));
	else
		(void)pg_fail(pg, res, e);
	PQclear(res);
	pg_drain(pg);
	return (NULL);
}

uint64_t
pg_affected(PGresult *res)
{
	const char *s = PQcmdTuples(res);
	uint64_t n = 0;

	(void)num_u64(s, strlen(s), 0, UINT64_MAX, &n);
	return (n);
}
