#ifndef AEGIS_BASE_JSON_ITEMS_H
#define AEGIS_BASE_JSON_ITEMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The objects of a list in a JSON text that is too long for a tree: the text is parsed by yajl as it
 * comes, and each object's bytes are handed out as they stand.
 */
struct json_items;

/**
 * json_items_new(path, max):
 * The objects of the list at ${path}: keys from the top, "A/B", with any spaces around them; "" for
 * a text that is a list.  One may have up to ${max} bytes.  Freed by json_items_free().
 */
struct json_items *json_items_new(const char *path, size_t max);

/**
 * json_items_feed(it, p, n, e):
 * Parse the text's next ${n} bytes; 0 bytes end it.  Return 0, or -1 with ${e} set to STATUS_DATA:
 * not JSON, no such list, an item that is not an object.
 */
int json_items_feed(struct json_items *it, const void *p, size_t n, struct err *e);

/**
 * json_items_next(it, len, offset):
 * The next object: its ${len} bytes, valid until the next call of json_items_feed(), and where the
 * first of them is in the text; NULL where what was fed holds no more whole ones.
 */
const char *json_items_next(struct json_items *it, size_t *len, uint64_t *offset);
void json_items_free(struct json_items *it);

#endif
