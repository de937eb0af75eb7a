-- name: attachment_select
-- One file.
SELECT id, message_id, channel_id, uploaded_by, visitor_id, kind, name, media_type, bytes, sha256,
       state, provider_ref, provider_url, error_text, created_at
  FROM attachment
 WHERE org_id = $1 AND id = $2;

-- name: attachment_lock
-- The same, for changing it.
SELECT id, message_id, channel_id, uploaded_by, visitor_id, kind, name, media_type, bytes, sha256,
       state, provider_ref, provider_url, error_text, created_at
  FROM attachment
 WHERE org_id = $1 AND id = $2
   FOR UPDATE;

-- name: attachment_list
-- Those of many messages.
SELECT id, message_id, channel_id, uploaded_by, visitor_id, kind, name, media_type, bytes, sha256,
       state, provider_ref, provider_url, error_text, created_at
  FROM attachment
 WHERE org_id = $1 AND message_id = ANY ($2)
 ORDER BY message_id, id
 LIMIT 2000;

-- name: attachment_insert
-- A file, here already or still at the provider.
INSERT INTO attachment (org_id, id, message_id, channel_id, uploaded_by, visitor_id, kind, name,
                        media_type, bytes, sha256, state, provider_ref, provider_url)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: attachment_attach
-- An uploaded file goes into a message, once.
UPDATE attachment
   SET message_id = $3
 WHERE org_id = $1 AND id = $2 AND message_id IS NULL AND state = 'stored';

-- name: attachment_detach
-- The message was cancelled: its files may go into another one, perhaps on another channel.
UPDATE attachment
   SET message_id = NULL, provider_ref = NULL
 WHERE org_id = $1 AND message_id = $2;

-- name: attachment_withdraw
-- The message was taken back by its author: nobody sees its files any more, and the purge removes them.
UPDATE attachment
   SET message_id = NULL, state = 'failed', error_text = 'taken back', provider_ref = NULL,
       provider_url = NULL
 WHERE org_id = $1 AND message_id = $2;

-- name: attachment_update_stored
-- Its bytes are here.  Of one that was withdrawn meanwhile too: the purge must find them.
UPDATE attachment
   SET kind = $3, media_type = $4, bytes = $5, sha256 = $6, provider_url = NULL,
       state = CASE WHEN state = 'pending' THEN 'stored' ELSE state END,
       error_text = CASE WHEN state = 'pending' THEN NULL ELSE error_text END
 WHERE org_id = $1 AND id = $2;

-- name: attachment_update_failed
-- Its bytes will not come.
UPDATE attachment
   SET state = 'failed', error_text = $3
 WHERE org_id = $1 AND id = $2 AND state = 'pending';

-- name: attachment_update_provider_ref
-- The provider has it too, under this id, for this message.
UPDATE attachment
   SET provider_ref = $4
 WHERE org_id = $1 AND id = $2 AND message_id = $3;

-- name: attachment_forget_provider_refs
-- A message is sent again: its files are handed over again, since providers do not keep them for long.
UPDATE attachment
   SET provider_ref = NULL
 WHERE org_id = $1 AND message_id = $2 AND state = 'stored';
