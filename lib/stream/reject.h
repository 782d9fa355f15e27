#ifndef AEGIS_STREAM_REJECT_H
#define AEGIS_STREAM_REJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/book.h"
#include "stream/writer.h"

/*
 * A reject file: a sealed stream of kind reject:KIND with the columns
 *   _record,_offset,key,severity,code,faults,raw
 * severity is "reject" (the record was set aside), "flaw" (it went on with a
 * NULL) or "form" (see reject_form()); key says whose row is lost (see struct
 * reject_at); code is the first fault's; faults is a JSON list of all of them,
 * [{"code":..., "column":..., "value":..., "reason":...}], with a member "person": true
 * where the value is a person's, and one {"code": "person_key", ...} where the key is; raw is the
 * record's bytes in hex.  It is written as base/outfile.h has it and becomes PATH, synced, when
 * it is closed: before the stage seals its own stream.  The book names it where it can be
 * read back.
 */
struct reject_writer;

/* The faults of one record; collected, then written or dropped as a whole. */
struct fault_list;

/**
 * fault_list_new():
 * An empty list; the caller frees it.  It keeps its memory over rows, and the
 * first 50 faults of a row (a line says that there were more).
 */
struct fault_list *fault_list_new(void);

/* What reports show in place of a value that is a person's. */
#define FAULT_HIDDEN "(a person's; --persons shows it)"

/**
 * fault_list_persons(l, fn, cookie, key):
 * From now on a column of which ${fn} says so is a person's: its value is not in messages, and the reject
 * file says whose it is.  ${key}: so are the keys.
 */
typedef bool fault_person_fn(const void *cookie, const char *column);
void fault_list_persons(struct fault_list *l, fault_person_fn *fn, const void *cookie, bool key);

/**
 * fault_add(l, code, column, value, len, fmt, ...):
 * Note that ${column} (or NULL) holds the ${len} bytes ${value} (or NULL; cut
 * after 200 bytes), and what is wrong with that.  ${code} is a stable word such
 * as "bad_date", in the catalogue of doc/formats/reject-codes.md.
 */
void fault_add(struct fault_list *l, const char *code, const char *column, const char *value,
    size_t len, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
size_t fault_count(const struct fault_list *l);

/**
 * fault_text(l, i, code):
 * The ${i}th fault as one line for a message, and its code.
 */
const char *fault_text(const struct fault_list *l, size_t i, const char **code);
void fault_clear(struct fault_list *l);

/**
 * fault_copy(l, from):
 * Note in ${l} what ${from} holds; whose value is a person's is asked by ${l}.
 */
void fault_copy(struct fault_list *l, const struct fault_list *from);
void fault_list_free(struct fault_list *l);

/**
 * reject_open(path, of, book, e):
 * Start the reject file ${path} of the stream ${of}, whose kind is that of the file
 * ("rrc", "entity") and whose dataset is not used.  Where
 * ${path} is NULL there is none, and the first reject ends the stage: see
 * reject_put().  Faults are counted in ${book}, which outlives the writer.
 * Return the writer, or NULL with ${e} set.
 */
struct reject_writer *reject_open(const char *path, const struct stream_header *of,
    struct book *book, struct err *e);

/**
 * reject_open_nth(path, nth, of, book, e):
 * The same for the ${nth} stream of one input, from 1: from the second on its file is
 * ${path}.${nth}.  STATUS_USAGE where that name is too long.
 */
struct reject_writer *reject_open_nth(const char *path, uint64_t nth,
    const struct stream_header *of, struct book *book, struct err *e);

/**
 * reject_form(w, kind, dataset, columns, len):
 * Say what the raw bytes are, so that they can be fed again: ${kind} is "records" (one
 * behind the other), "lines" (with an LF behind each) or the kind of a stream whose
 * rows they are, ${columns} then the ${len} bytes of its line of column names, else
 * NULL.  ${dataset} may be NULL.  Before the first reject it becomes a row of its own:
 * code is ${kind}, key ${dataset}, raw ${columns}.
 */
void reject_form(struct reject_writer *w, const char *kind, const char *dataset,
    const char *columns, size_t len);

/* Where a record stands, and whose row is lost with it. */
struct reject_at {
	uint64_t record, offset;
	/*
	 * The entity's key, or in reject:rrc files that of the view, its columns joined by
	 * '-'; "" where no row is lost (all flaws, records that are no row's own); NULL
	 * where one may be that cannot be named.
	 */
	const char *key;
	size_t keylen;
};

/**
 * reject_put(w, rejected, at, faults, raw, len, e):
 * Write one record with all its faults: as a reject where ${rejected}, which
 * counts in book->rejected, else as a flaw, which counts in book->flawed.
 * ${raw} of more than 256 KiB is cut (in hex it must fit a row), which a member
 * "raw_cut" of faults says.  Without a reject file a flaw is counted
 * only, and a reject sets ${e} to STATUS_DATA with source, record, offset, code
 * and reason, and a hint to give --rejects.  Return 0, or -1 with ${e} set.
 */
int reject_put(struct reject_writer *w, bool rejected, const struct reject_at *at,
    const struct fault_list *faults, const void *raw, size_t len, struct err *e);

/**
 * reject_close(w, e):
 * Seal and sync the file, give it its name, put name and SHA-256 into the book,
 * and free ${w}.  Return 0, or -1 with ${e} set.
 */
int reject_close(struct reject_writer *w, struct err *e);

/**
 * reject_name(w):
 * Where the file is written now and stays when it is abandoned, or NULL where there is none.
 */
const char *reject_name(const struct reject_writer *w);

/**
 * reject_abandon(w):
 * Free ${w} and leave what was written under PATH.partial.
 */
void reject_abandon(struct reject_writer *w);

#endif
