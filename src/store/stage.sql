-- name: stage_insert
-- One more stage.
INSERT INTO pipeline_stage (org_id, id, name, position, outcome)
VALUES ($1, $2, $3, $4, $5);

-- name: stage_list
-- The pipeline, in order.
SELECT id, name, position, outcome
  FROM pipeline_stage
 WHERE org_id = $1
 ORDER BY position, id
 LIMIT 100;

-- name: stage_select
-- One stage.
SELECT id, name, position, outcome
  FROM pipeline_stage
 WHERE org_id = $1 AND id = $2;
