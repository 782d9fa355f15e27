/* Rows that can be sent again, or set aside. */

#include "table/bulk_block.h"

#include <stdlib.h>
#include <string.h>

void
bulk_block_init(struct bulk_block *b)
{

	memset(b, 0, sizeof(*b));
	b->text.max = b->raw.max = BULK_BLOCK_MAX;
}

void
bulk_block_begin(struct bulk_block *b, const struct stream_reader *r)
{
	struct bulk_block_row *row;

	if (b->n == b->cap)
		b->rows = xgrow(b->rows, &b->cap, sizeof(*b->rows));
	row = &b->rows[b->n];
	row->text = b->text.len;
	row->raw = b->raw.len;
	stream_reader_place(r, &row->record, &row->offset);
}

void
bulk_block_undo(struct bulk_block *b)
{

	b->text.len = b->rows[b->n].text;
	b->raw.len = b->rows[b->n].raw;
}

int
bulk_block_put(const struct bulk_block *b, struct pg *pg, size_t from, size_t to, struct err *e)
{
	size_t begin, end;

	if (from == to)
		return (0);
	begin = b->rows[from].text;
	end = to < b->n ? b->rows[to].text : b->text.len;
	return (pg_copy_put(pg, b->text.p + begin, end - begin, e));
}

int
bulk_block_reject(const struct bulk_block *b, struct intake *in, size_t row, struct err *e)
{
	const struct bulk_block_row *r = &b->rows[row];
	const struct reject_at at = { r->record, r->offset, NULL, 0 };
	size_t end = row + 1 < b->n ? b->rows[row + 1].raw : b->raw.len;

	return (intake_reject_at(in, &at, b->raw.p + r->raw, end - r->raw, e));
}

const char *
bulk_block_code(const char *state)
{
	static const char *const codes[][2] = { { "23502", "missing_required" },
		{ "23503", "missing_parent" }, { "23505", "duplicate_key" },
		{ "23514", "check_failed" }, { "22001", "too_long" } };
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i][0], state) == 0)
			return (codes[i][1]);
	return (strncmp(state, "22", 2) == 0 ? "bad_value" : "refused");
}

void
bulk_block_clear(struct bulk_block *b)
{

	b->n = b->text.len = b->raw.len = 0;
}

void
bulk_block_free(struct bulk_block *b)
{

	buf_free(&b->text);
	buf_free(&b->raw);
	free(b->rows);
}
