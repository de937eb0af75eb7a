-- name: read_marker_put
-- Read, up to what is there now.
INSERT INTO read_marker (org_id, conversation_id, user_id, inbound_count)
SELECT v.org_id, v.id, $3, v.inbound_count
  FROM conversation v
 WHERE v.org_id = $1 AND v.id = $2
ON CONFLICT (org_id, conversation_id, user_id) DO UPDATE
   SET inbound_count = excluded.inbound_count, at = now()
 WHERE read_marker.inbound_count < excluded.inbound_count;
