#ifndef AEGIS_SERVER_CONFIG_H
#define AEGIS_SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * The files in the private database's directory, which is the working directory:
 *
 *	AEGIS-PRIVATE-DATABASE  what makes the directory ours (place.h)
 *	data/                   PostgreSQL's (data.partial/ while it is made)
 *	run/                    the socket, where its path is short enough
 *	server.conf             our settings, written at each start
 *	settings.conf           those of `start --set`, kept
 *	pg_service.conf         how clients reach it
 *	log, log.1, lock
 *
 * All functions return 0, or -1 with an error set, where nothing else is said.
 */
#define CONFIG_PORT "5432"
#define CONFIG_ROLE "aegis"
#define CONFIG_DATABASE "aegis"
#define CONFIG_SERVICE "pg_service.conf"

/**
 * config_claim(dir, e), config_mark(dir, var, e):
 * Make the marker, empty, as the first file of the directory: its name alone says
 * whose it is.  Then, behind the lock: give it its text, or refuse another
 * version's.  ${dir} is for messages.
 */
int config_claim(const char *dir, struct err *e);
int config_mark(const char *dir, const char *var, struct err *e);

/**
 * config_data(user, creator, without, e):
 * Complete data.partial/: who may connect, where the settings are, and which extensions
 * (pg/without.h) it is made without.
 */
int config_data(const char *user, const char *creator, unsigned int without, struct err *e);

/**
 * config_socket(dir, dst, size, e):
 * Choose the socket's directory, make it where it is missing, and write it to
 * ${dst}: run/, or where a socket's path would be too long there (sun_path has
 * 108 bytes) one of our own in /tmp, which is refused if it is not ours alone.
 */
int config_socket(const char *dir, char *dst, size_t size, struct err *e);

/**
 * config_settings(set, n, old, e):
 * Add the caller's settings ("name=value") to settings.conf; ${old} gets its former content.
 * STATUS_USAGE for one that is not NAME=VALUE or may not be set.
 */
int config_settings(const char *const *set, size_t n, struct buf *old, struct err *e);

/**
 * config_server(socket, without, fast, sync_first, e):
 * Write server.conf and pg_service.conf.  ${sync_first} is set where the last
 * start was a fast one and this is not: what is there must be synced first.
 */
int config_server(const char *socket, unsigned int without, bool fast, bool *sync_first,
    struct err *e);

/**
 * config_write(name, p, n, e):
 * Write a file as a whole: a new one beside it, synced, then renamed.
 */
int config_write(const char *name, const void *p, size_t n, struct err *e);

/**
 * config_version(dir, dst, size), config_without(dir, set, e), config_host(dir, dst, size):
 * Of the database in ${dir}: the major version of its data, or ""; the extensions that it was made
 * without (one that was made before there was a choice has neither); the socket's directory that
 * its pg_service.conf names, or "".
 */
void config_version(const char *dir, char *dst, size_t size);
int config_without(const char *dir, unsigned int *set, struct err *e);
void config_host(const char *dir, char *dst, size_t size);

#endif
