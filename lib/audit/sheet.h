#ifndef AEGIS_AUDIT_SHEET_H
#define AEGIS_AUDIT_SHEET_H

#include "audit/audit_table.h"
#include "audit/message.h"
#include "audit/verdict.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Rows as CSV for a spreadsheet: a copy to look at, not to check.  A field that a spreadsheet
 * would take for a formula (=, +, -, @, a tab or a CR first) gets an apostrophe before it.
 */

/**
 * sheet_head(t, out, e), sheet_row(t, row, v, out, e):
 * Append the line of column names, or that of a row with its verdict.
 */
int sheet_head(const struct audit_table *t, struct buf *out, struct err *e);
int sheet_row(const struct audit_table *t, const struct audit_row *row, enum verdict v,
    struct buf *out, struct err *e);

#endif
