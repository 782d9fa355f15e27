#ifndef AEGIS_ENTITY_LOAD_MERGE_H
#define AEGIS_ENTITY_LOAD_MERGE_H

#include "base/digest.h"
#include "entity/load_dataset.h"
#include "pg/copy_spool.h"

/*
 * From rows to entities: new ones go into the table by COPY while the input is read, changed ones
 * wait for the end of it and are merged as a set.
 */
struct load_merge;

/* Columns of entity_sources, as load_merge_fresh() has them. */
#define LOAD_SOURCES "entity_key, digest, part, section, record, byte_offset, seen_run, dataset_id"

/**
 * load_merge_new(j, d):
 * ${j} and ${d} must live as long; the job's columns are known before the first row.
 */
struct load_merge *load_merge_new(const struct load_job *j, const struct load_dataset *d);

/**
 * load_merge_tables(pg, e):
 * Make the temporary tables of a load: load_changed (act is an enum load_act; revived, an update of an
 * entity that was retired; seq, section and same serve load_last.c) and load_gone (keys that the
 * dataset no longer has).
 */
int load_merge_tables(struct pg *pg, struct err *e);

/**
 * load_merge_begin(m, part, e):
 * Before the first row: what is the same in all; ${part} is the place of the partition, or -1.
 */
int load_merge_begin(struct load_merge *m, int part, struct err *e);

/**
 * load_merge_insert(m, f, content, e):
 * Take a row whose entity nobody has ever had.
 */
int load_merge_insert(struct load_merge *m, const struct stream_field *f, struct digest128 content,
    struct err *e);

/**
 * load_merge_change(m, f, content, act, revived, note, e):
 * Take any other row that says something new; ${note} is load_last_note()'s, where the last row counts.
 */
int load_merge_change(struct load_merge *m, const struct stream_field *f, struct digest128 content,
    enum load_act act, bool revived, uint64_t note, struct err *e);

/**
 * load_merge_land(m, e), load_merge_spool(m, e), load_merge_apply(m, e), load_merge_arrived(m, e):
 * After the last seal, in this order: end the COPY; send what was spooled, so that with
 * `duplicates: last` all is counted; merge it; bring in what enriching datasets said of entities that
 * have come now.  A plan does only the second.
 */
int load_merge_land(struct load_merge *m, struct err *e);
int load_merge_spool(struct load_merge *m, struct err *e);
int load_merge_apply(struct load_merge *m, struct err *e);
int load_merge_arrived(struct load_merge *m, struct err *e);

/**
 * load_merge_touched(m), load_merge_inserted(m), load_merge_fresh(m):
 * Entities that were inserted or updated; that were inserted; those of them that nobody had, as rows of entity_sources
 * (LOAD_SOURCES).
 */
uint64_t load_merge_touched(const struct load_merge *m);
uint64_t load_merge_inserted(const struct load_merge *m);
struct copy_spool *load_merge_fresh(struct load_merge *m);

/**
 * load_merge_fail(m, why), load_merge_free(m):
 * End the COPY after an error; and all.
 */
void load_merge_fail(struct load_merge *m, const char *why);
void load_merge_free(struct load_merge *m);

#endif
