-- Who may do nothing of ours, and what is not as it was made: what, stages, mend.  $1 tenant (not asked).
SELECT format('the role %s may neither import nor read the audit tables', current_user),
 'all', format('GRANT aegis_import TO %1$I; or GRANT aegis_audit TO %1$I', current_user)
 FROM (SELECT $1::text) unused WHERE NOT has_function_privilege('public.batch_matrix_write(uuid,text,text[],uuid,text[],text[])', 'EXECUTE')
 AND NOT coalesce(has_table_privilege(to_regclass('public.audit_logs'), 'SELECT'), false)
UNION ALL SELECT format('the index %s is invalid: a run that made it has broken off', i.indexrelid::regclass),
 'those that read its table', CASE WHEN n.nspname = 'oilgas' THEN 'aegis schema-apply --again 180_graph_indexes.sql'
 ELSE format('DROP INDEX CONCURRENTLY %s, and make it again', i.indexrelid::regclass) END
 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND n.nspname IN ('public', 'oilgas') AND c.relkind = 'i'
UNION ALL SELECT format('the graph''s label %s has no index on entity_id', c.relname), 'graph-sync, which gets slow',
 'aegis schema-apply --again 180_graph_indexes.sql, as its owner'
 FROM pg_class c JOIN pg_inherits h ON h.inhrelid = c.oid JOIN pg_class p ON p.oid = h.inhparent
 AND p.relname = '_ag_label_vertex' JOIN pg_namespace n ON n.oid = p.relnamespace AND n.nspname = 'oilgas'
 WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND pg_get_indexdef(i.indexrelid) LIKE '%entity_id%')
 AND c.relname IN ('Well', 'Lease', 'Field', 'Operator', 'Permit')
