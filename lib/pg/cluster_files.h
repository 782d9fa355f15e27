#ifndef AEGIS_PG_CLUSTER_FILES_H
#define AEGIS_PG_CLUSTER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "pg/cluster.h"

/*
 * The files in the private database's directory, which is the working
 * directory.  All return 0, or -1 with an error set, where nothing else is said.
 */

/**
 * cluster_files_write(name, p, n, e):
 * Write a file as a whole: a new one beside it, synced, then renamed.
 */
int cluster_files_write(const char *name, const void *p, size_t n, struct err *e);

/**
 * cluster_files_claim(c, e), cluster_files_mark(c, e):
 * Make the marker, empty, as the first file of the directory: its name alone says
 * whose it is.  Then, behind the lock: give it its text, or refuse another
 * version's.
 */
int cluster_files_claim(const struct cluster *c, struct err *e);
int cluster_files_mark(const struct cluster *c, struct err *e);

/**
 * cluster_files_auth(c, e):
 * Complete data.partial/: who may connect, and where the settings are.
 */
int cluster_files_auth(const struct cluster *c, struct err *e);

/**
 * cluster_files_socket(c, dst, size, e):
 * Choose the socket's directory, make it where it is missing, and write it to
 * ${dst}: run/, or where a socket's path would be too long there (sun_path has
 * 108 bytes) one of our own in /tmp, which is refused if it isn't ours alone.
 */
int cluster_files_socket(const struct cluster *c, char *dst, size_t size, struct err *e);

/**
 * cluster_files_settings(c, old, e):
 * Add the caller's settings to settings.conf; ${old} gets its former content.
 * STATUS_USAGE for one that is no NAME=VALUE or may not be set.
 */
int cluster_files_settings(const struct cluster *c, struct buf *old, struct err *e);

/**
 * cluster_files_without(data, set, e), cluster_files_read_without(dir, set, e):
 * Note in the data directory ${data} which extensions (programs.h) it is made
 * without; read it for the database in ${dir}.  One that was made before there was
 * a choice has neither.
 */
int cluster_files_without(const char *data, unsigned int set, struct err *e);
int cluster_files_read_without(const char *dir, unsigned int *set, struct err *e);

/**
 * cluster_files_version(dir, dst, size):
 * Write the major version of the data of the database in ${dir}, or "".
 */
void cluster_files_version(const char *dir, char *dst, size_t size);

/**
 * cluster_files_server(c, socket, without, sync_first, e):
 * Write server.conf, for a server ${without} some extensions, and pg_service.conf.  ${sync_first} is set where the last
 * start was a fast one and this is not: what is there must be synced first.
 */
int cluster_files_server(const struct cluster *c, const char *socket, unsigned int without,
    bool *sync_first, struct err *e);

/**
 * cluster_files_host(dst, size):
 * Write the socket's directory that pg_service.conf names, or "".
 */
void cluster_files_host(char *dst, size_t size);

/**
 * cluster_files_conninfo(dst, size, host, port, user, dbname, e):
 * Write a libpq connection string.
 */
int cluster_files_conninfo(char *dst, size_t size, const char *host, const char *port,
    const char *user, const char *dbname, struct err *e);

/**
 * cluster_files_remove(path, e), cluster_files_remove_all(e):
 * Remove a file or a directory with all in it (links are not followed; missing
 * is fine); all of the working directory, the marker last.
 */
int cluster_files_remove(const char *path, struct err *e);
int cluster_files_remove_all(struct err *e);

#endif
