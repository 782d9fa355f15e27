-- Indexes of labels that were there before 120_graph.sql and 140_merge.sql would have made them.
-- Online: each statement by itself, outside a transaction, so that no service waits.  A label that
-- belongs to another role is that role's to index (aegis schema-check names it).
SELECT s FROM unnest(ARRAY['Well', 'Lease', 'Field', 'Formation', 'Operator', 'Permit',
    'FlaringAuthorization', 'FlaringEvent', 'InfrastructureProject', 'Regulation', 'Wellpad',
    'Facility', 'PipelineRoute', 'WellEvent', 'ComplianceDeadline', 'FilingPackage',
    'WellConversation', 'Project', 'Equipment', 'Pipeline']) l
CROSS JOIN (VALUES ('UNIQUE', '_id', 'id'), ('', '_entity_id',
    '(ag_catalog.agtype_access_operator(VARIADIC ARRAY[properties, ''"entity_id"''::ag_catalog.agtype]))')) i (kind, suffix, columns)
CROSS JOIN LATERAL batch_online_index(format('oilgas.%I', l), 'idx_' || l || suffix, kind, columns) s
\gexec

SELECT s FROM unnest(ARRAY['OPERATED_BY', 'LOCATED_IN', 'ON_LEASE', 'PERMIT_FOR']) l
CROSS JOIN (VALUES ('UNIQUE', '_id', 'id'), ('', '_start', 'start_id'), ('', '_end', 'end_id')) i (kind, suffix, columns)
CROSS JOIN LATERAL batch_online_index(format('oilgas.%I', l), 'idx_' || l || suffix, kind, columns) s
\gexec
