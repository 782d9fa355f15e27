#ifndef AEGIS_PG_CONNINFO_H
#define AEGIS_PG_CONNINFO_H

#include "base/err.h"

/**
 * conninfo_export(conninfo, e):
 * Put the connection that the libpq string (or URI) ${conninfo} describes into
 * libpq's environment variables, in place of what they said about host, port,
 * database and service before, so that pg_connect(NULL, ...) here and in every
 * child process means that one, and no password stands on a command line.  Return
 * 0, or -1 with ${e} set: STATUS_USAGE where the string cannot be parsed or sets
 * something that has no environment variable.
 */
int conninfo_export(const char *conninfo, struct err *e);

#endif
