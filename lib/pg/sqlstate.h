#ifndef AEGIS_PG_SQLSTATE_H
#define AEGIS_PG_SQLSTATE_H

#include <stdbool.h>

#include "base/status.h"

/*
 * What a SQLSTATE (PostgreSQL manual, appendix A) means to whoever runs a program: one table,
 * by class or by code.  What happened to the connection or the server, or will pass: 75; the
 * server's own input, output and faults: 74; the data, also by a trigger's RAISE: 65; rights: 77;
 * no such database: 69; tables, columns and settings that are not as they should be: 78; all else is
 * a statement of ours that was wrong: 70.
 */

/**
 * sqlstate_status(state):
 * The status that stands for the five characters ${state} (NULL: STATUS_BUG).
 */
enum status sqlstate_status(const char *state);

/**
 * sqlstate_hint(state):
 * What to do about it, or NULL where the table has no advice; in a static string.
 */
const char *sqlstate_hint(const char *state);

/**
 * sqlstate_is_text(state):
 * Whether the server could not make sense of a statement's text: the fault of whoever wrote
 * it, where that was the user (a condition, a query).
 */
bool sqlstate_is_text(const char *state);

#endif
