#ifndef AEGIS_PG_SETTINGS_H
#define AEGIS_PG_SETTINGS_H

#include <stdbool.h>

#include "base/err.h"
#include "pg/pg.h"

/*
 * What holds for a database: the table batch_settings (sql/170_settings.sql), which its owner
 * writes.  Databases of before have settings of the server's, which are read where the table says
 * nothing: aegis.without, aegis.disposable.
 */
#define SETTINGS_WITHOUT "without"
#define SETTINGS_DISPOSABLE "disposable"

/**
 * settings_get(pg, name, value, e):
 * Set ${value}, freed by the caller, to what the connected database says of ${name}; NULL where it
 * says nothing, or says it for another database, whose dump it is.
 */
int settings_get(struct pg *pg, const char *name, char **value, struct err *e);

/**
 * settings_set(pg, name, value, here, e):
 * Write it; NULL takes it away.  ${here}: for this very database, not for one that its dump
 * fills.  The table is made where it is not there.
 */
int settings_set(struct pg *pg, const char *name, const char *value, bool here, struct err *e);

/**
 * settings_without(pg, set, said, e):
 * The extensions that the database does without on purpose, a set of pg/without.h; ${said}: that
 * somebody has said so, also that there are none.
 */
int settings_without(struct pg *pg, unsigned int *set, bool *said, struct err *e);

/**
 * settings_without_keep(pg, text, e):
 * Let the database itself say what it does without: ${text}, or where it is NULL what the server says
 * of it, where it says anything.
 */
int settings_without_keep(struct pg *pg, const char *text, struct err *e);

/**
 * settings_without_session(pg, text, e):
 * Let this session, whose statements ask for aegis.without, know what the database does without:
 * ${text}, or where it is NULL what settings_without() says.
 */
int settings_without_session(struct pg *pg, const char *text, struct err *e);

#endif
