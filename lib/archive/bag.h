#ifndef AEGIS_ARCHIVE_BAG_H
#define AEGIS_ARCHIVE_BAG_H

#include <stdbool.h>
#include <stddef.h>

#include "archive/manifest.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * An archive is a bag of BagIt 1.0 (RFC 8493).  Which files it has is fixed, and all but the
 * data and the checkpoint follows from the manifest byte for byte: a checker writes them again
 * and compares.
 */
#define BAG_ROWS "data/rows.ndjson.zst"
#define BAG_VERDICTS "data/verdicts.ndjson.zst"
#define BAG_MANIFEST "data/manifest.json"
#define BAG_CHECKPOINT "checkpoint"
#define BAG_BODY "checkpoint.body"
#define BAG_SIGNATURE "checkpoint.sig"

enum bag_file {
	BAG_FILE_INFO,       /* bag-info.txt */
	BAG_FILE_BAGIT,      /* bagit.txt */
	BAG_FILE_CHECKPOINT, /* the signed note */
	BAG_FILE_BODY,       /* its text, which is what was signed */
	BAG_FILE_SIGNATURE,  /* the 64 bytes of its signature */
	BAG_FILE_PAYLOAD,    /* manifest-sha256.txt */
	BAG_FILE_TAGS,       /* tagmanifest-sha256.txt, of all the above */
	BAG_FILES,
};

/* The bag's files but for data/. */
struct bag {
	struct buf files[BAG_FILES];
};

void bag_init(struct bag *b);
void bag_free(struct bag *b);

/**
 * bag_file_name(f):
 * The name of ${f} in the bag.
 */
const char *bag_file_name(enum bag_file f);

/**
 * bag_make(b, name, m, json, e):
 * Fill in the files that follow from the manifest ${m}, whose text is ${json}, of the archive
 * ${name}; the checkpoint's three must be there already, since the tag manifest counts them.
 */
int bag_make(struct bag *b, const char *name, const struct manifest *m, const struct buf *json,
    struct err *e);

/**
 * bag_write(b, dir, e):
 * Write all of them into the directory ${dir}, each synced.
 */
int bag_write(const struct bag *b, const char *dir, struct err *e);

/**
 * bag_put(dir, name, p, n, e):
 * Write one file, which must not be there yet, and sync it.
 */
int bag_put(const char *dir, const char *name, const void *p, size_t n, struct err *e);

/**
 * bag_known(name, inside):
 * Return true if a bag has a file ${name}; ${inside} says that it is one of data/.
 */
bool bag_known(const char *name, bool inside);

#endif
