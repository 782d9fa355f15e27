-- Keys of agents, personas and templates that do not resolve.  $1: tenant, or NULL for all.
WITH agent AS (SELECT a.*, s.id AS skill_id FROM agent_definitions a LEFT JOIN
  skill_definitions s ON s.tenant_id = a.tenant_id AND s.skill_key = a.root_skill_key
  WHERE a.is_active AND ($1::uuid IS NULL OR a.tenant_id = $1)),
persona AS (SELECT s.tenant_id, s.skill_key, p.* FROM skill_personas p JOIN
  skill_definitions s ON s.id = p.skill_id WHERE $1::uuid IS NULL OR s.tenant_id = $1)
SELECT * FROM (
SELECT tenant_id::text, 'root_skill', agent_key::text, root_skill_key::text,
  'the tenant has no skill of this key' FROM agent WHERE root_skill_key IS NOT NULL AND
  skill_id IS NULL
UNION ALL SELECT tenant_id::text, 'persona', agent_key, persona_key, CASE WHEN root_skill_key
  IS NULL THEN 'the agent has no root skill to have a persona' WHEN skill_id IS NULL THEN
  'its root skill does not resolve' ELSE 'its root skill has no persona of this key' END
  FROM agent a WHERE persona_key IS NOT NULL AND NOT EXISTS (SELECT FROM skill_personas p
  WHERE p.skill_id = a.skill_id AND p.persona_key = a.persona_key)
UNION ALL SELECT tenant_id::text, 'prompt', skill_key, persona_key, CASE WHEN prompt_text IS
  NULL THEN 'the persona has neither prompt_text nor prompt_template_ref' ELSE 'the persona has both prompt_text and prompt_template_ref' END FROM persona WHERE (prompt_text IS NULL) =
  (prompt_template_ref IS NULL)
UNION ALL SELECT tenant_id::text, 'template', skill_key, prompt_template_ref,
  'the tenant has no prompt template of this slug' FROM persona s WHERE prompt_template_ref IS
  NOT NULL AND NOT EXISTS (SELECT FROM prompt_templates t JOIN prompt_namespaces n ON n.id =
  t.namespace_id WHERE n.tenant_id = s.tenant_id AND s.prompt_template_ref IN (t.slug,
  n.namespace_key || ':' || t.slug))
) f (tenant, kind, subject, slug, reason) ORDER BY tenant, kind COLLATE "C", subject COLLATE
"C", slug COLLATE "C"
