#ifndef AEGIS_BASE_CONF_H
#define AEGIS_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * A configuration file (YAML 1.1, by libyaml) as a tree of nodes that know
 * their line and column.  Aliases are refused, so a small file cannot become a
 * large tree; so are duplicate keys, a second document, and files over 4 MiB,
 * deeper than 32 or of more than 200,000 nodes.
 */
enum conf_kind { CONF_SCALAR, CONF_LIST, CONF_MAP };

struct conf_node {
	enum conf_kind kind;
	const char *text;         /* scalar: the text, NUL-terminated */
	size_t len;               /* scalar: bytes of text */
	bool plain;               /* scalar: written without quotes */
	const char *key;          /* child of a map: its key */
	struct conf_node *child;  /* list or map: first element */
	struct conf_node *next;   /* next element of the parent */
	size_t n;                 /* list or map: how many elements */
	int line, column;         /* from 1 */
	int key_line, key_column; /* of a child of a map: its key's */
};

struct conf;

/**
 * conf_load(path, e):
 * Read and parse the file ${path}.  Return the tree, which the caller releases
 * with conf_free(), or NULL with ${e} set: STATUS_NOINPUT where the file cannot
 * be read, STATUS_CONFIG with "FILE:LINE:COLUMN: " before a fault.
 */
struct conf *conf_load(const char *path, struct err *e);

/**
 * conf_parse(name, p, len, e):
 * As conf_load(), from memory; ${name} stands for the file in messages.
 */
struct conf *conf_parse(const char *name, const void *p, size_t len, struct err *e);
void conf_free(struct conf *c);

const struct conf_node *conf_root(const struct conf *c);

/**
 * conf_sha256(c):
 * SHA-256 of the file's bytes in hex, valid as long as ${c}.
 */
const char *conf_sha256(const struct conf *c);

/**
 * conf_fail(c, node, e, fmt, ...):
 * Set ${e} to STATUS_CONFIG: "FILE:LINE:COLUMN: ..." at ${node}.  Return -1.
 */
int conf_fail(const struct conf *c, const struct conf_node *node, struct err *e, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/**
 * conf_get(map, key):
 * Return the value of ${key} in ${map}, or NULL.
 */
const struct conf_node *conf_get(const struct conf_node *map, const char *key);

/**
 * conf_only(c, map, keys, e):
 * Check that ${map} is a map and has no key but those in ${keys} (ended by
 * NULL).  Return 0, or -1 with ${e} naming the first unknown key's place.
 */
int conf_only(const struct conf *c, const struct conf_node *map, const char *const *keys,
    struct err *e);

/**
 * conf_text(c, map, key, fallback, e):
 * Return the scalar under ${key}, or ${fallback} where it is missing; NULL with
 * ${e} set where it is no scalar, or missing with a NULL ${fallback}.
 */
const char *conf_text(const struct conf *c, const struct conf_node *map, const char *key,
    const char *fallback, struct err *e);

/**
 * conf_word(c, map, key, words, fallback, out, e):
 * Set ${out} to the place, among ${words} (two or more, ended by NULL), of the scalar under ${key}, or of
 * ${fallback} where it is missing.  Return 0, or -1 with ${e} set where it is another, or missing with
 * a NULL ${fallback}.
 */
int conf_word(const struct conf *c, const struct conf_node *map, const char *key,
    const char *const *words, const char *fallback, int *out, struct err *e);

/**
 * conf_u64(c, map, key, min, max, out, e):
 * Set ${out} to the number under ${key}.  Return 0; 0 with ${out} unchanged
 * where the key is missing; or -1 with ${e} set.
 */
int conf_u64(const struct conf *c, const struct conf_node *map, const char *key, uint64_t min,
    uint64_t max, uint64_t *out, struct err *e);

/**
 * conf_bool(c, map, key, out, e):
 * Set ${out} to the true or false under ${key}; as conf_u64() otherwise.
 */
int conf_bool(const struct conf *c, const struct conf_node *map, const char *key, bool *out,
    struct err *e);

#endif
