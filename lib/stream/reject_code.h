#ifndef AEGIS_STREAM_REJECT_CODE_H
#define AEGIS_STREAM_REJECT_CODE_H

/*
 * The catalogue of the codes in reject files (doc/formats/reject-codes.md has it as a
 * table): X(code, meaning, what to do).
 */
#define REJECT_CODES(X)                                                                                \
	X("unknown_record_id", "the layout has no segment with this record id",                        \
	    "compare the file with the layout: another dataset, or a new segment to add")              \
	X("orphan_record", "the record that this one belongs to is missing, or is another's",          \
	    "the file is cut at its start or damaged; fetch it again")                                 \
	X("short_record", "the record ends before the layout's length",                                \
	    "at the end of the file: it is cut, and refused; elsewhere: the file was carried as text") \
	X("long_record", "a line is longer than the layout's record",                                  \
	    "compare the file with the layout")                                                        \
	X("wrong_columns", "a row of a delimited file has more or fewer values than the layout",       \
	    "a delimiter inside of a value, or another file; see the record")                          \
	X("bad_quotes",                                                                                \
	    "a quote inside of a value that is not doubled, or one that is never closed",              \
	    "fix the record in the source, or report it to RRC")                                       \
	X("repeated_header", "the header once more, among the rows",                                   \
	    "two files in one: decode them one by one")                                                \
	X("foreign_record", "the values do not suit the fields: a record of another dataset",          \
	    "compare the file with the layout: were two files joined?")                                \
	X("lost_sync",                                                                                 \
	    "too many bad records in a row: the record boundary is lost, and decoding stops",          \
	    "a wrong layout or --encoding, or bytes missing in the file")                              \
	X("root_rejected", "the record belongs to a root that was rejected",                           \
	    "fix the root; the reject before names it")                                                \
	X("bad_key", "a value that identifies the row is missing or wrong",                            \
	    "fix the record in the source, or report it to RRC")                                       \
	X("bad_digits", "bytes in a numeric field that are not digits",                                \
	    "usually RRC's; check the field's offset in the layout when there are many")               \
	X("bad_sign", "a packed or zoned number with an invalid sign (C, D, F are accepted)",          \
	    "as bad_digits")                                                                           \
	X("bad_date", "no day of the calendar, or a year outside 1859 to 2099",                        \
	    "known in RRC's data (19500500, year 88); nothing, unless there are many")                 \
	X("bad_code", "a code that the layout's table or the preset does not have",                    \
	    "add it to the table if RRC has introduced it")                                            \
	X("out_of_range", "a number outside what the view or the definition allows",                   \
	    "check the definition's limits")                                                           \
	X("bad_character",                                                                             \
	    "a byte that is not a character of the encoding, or one that the database cannot hold",    \
	    "check --encoding when there are many")                                                    \
	X("missing_required", "a required field or column has no value",                               \
	    "fix the source, or make the field optional")                                              \
	X("bad_type", "the value is not of the field's type",                                          \
	    "check the mapping: is it the right column?")                                              \
	X("bad_choice", "not among the choices of the field's definition",                             \
	    "add the choice, or a code table in the view")                                             \
	X("too_long", "longer than the field or its column may be", "check the definition")            \
	X("duplicate_key", "a second row with the same key",                                           \
	    "see duplicates of the dataset in pipelines/datasets.yaml")                                \
	X("implausible", "values that look swapped; the version waits as pending_review",              \
	    "look at it, and decide")                                                                  \
	X("bad_value", "the server cannot read the value as its column's type",                        \
	    "see the reason, which is the server's")                                                   \
	X("check_failed", "a CHECK of the table, or one of its guards, refuses the row",               \
	    "see the reason")                                                                          \
	X("missing_parent", "a foreign key's row is not there",                                        \
	    "load the parent's table first, or both in one call")                                      \
	X("bad_content_hash", "content_hash is not the SHA-256 of content",                            \
	    "the content was changed on the way")                                                      \
	X("out_of_scope", "the row is outside of --scope",                                             \
	    "check the input: is it that tenant's?")                                                   \
	X("refused", "the server refuses the row for another reason", "see the reason")                \
	X("bad_row", "the row as a whole cannot be taken", "see the reason")                           \
	X("other", "codes past the 64 that a book can hold, together", "see the reject file")

struct reject_code {
	const char *code, *meaning, *advice;
};

/**
 * reject_code_find(code):
 * The line of ${code}, or NULL; reject_code_nth(i) is the ${i}th, from 0.
 */
const struct reject_code *reject_code_find(const char *code);
const struct reject_code *reject_code_nth(unsigned i);

#endif
