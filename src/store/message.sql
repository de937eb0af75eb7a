-- name: message_select
-- The row itself.
SELECT id, conversation_id, channel_id, direction, kind, author, author_id, body, payload,
       reply_to_id, forwarded, provider_id, at, state, error_code, error_text, send_at, sent_at,
       delivered_at, read_at, edited_at, revoked_at, version
  FROM message
 WHERE org_id = $1

-- fragment: message_row_of_id
   AND id = $?

-- fragment: message_row_of_provider
   AND channel_id = $? AND provider_id = $?

-- fragment: message_rows_inbound
   AND conversation_id = $? AND direction = 'in'

-- fragment: message_locked
   FOR UPDATE

-- fragment: message_newest
 ORDER BY at DESC, id DESC LIMIT 1

-- name: message_list
-- Messages as a thread shows them, with the author's name and what they answer, for a reader ($2; null:
-- not their own) who sees everybody's ($3) or, besides, nobody's ($4) and those of their teams ($5: the
-- reader again, or null).  Nothing is joined ahead of the messages
-- and the names are looked up one by one: so a page is a walk of the index that stops.
SELECT m.id, m.conversation_id, m.channel_id, m.direction, m.kind, m.author, m.author_id, m.body,
       m.payload, m.reply_to_id, m.forwarded, m.provider_id, m.at, m.state, m.error_code,
       m.error_text, m.send_at, m.sent_at, m.delivered_at, m.read_at, m.edited_at, m.revoked_at,
       m.version,
       CASE WHEN m.author = 'user' THEN
           (SELECT u.name FROM membership u WHERE u.org_id = $1 AND u.user_id = m.author_id)
       END AS author_name,
       q.id AS reply_id, q.kind AS reply_kind, left(q.body, 200) AS reply_body,
       q.author AS reply_author,
       CASE WHEN q.author = 'user' THEN
           (SELECT u.name FROM membership u WHERE u.org_id = $1 AND u.user_id = q.author_id)
       END AS reply_author_name
  FROM message m
  LEFT JOIN message q ON q.org_id = $1 AND q.id = m.reply_to_id
 WHERE m.org_id = $1

-- fragment: message_of_id
   AND m.id = $?
   AND EXISTS (SELECT 1 FROM conversation v
                WHERE v.org_id = $1 AND v.id = m.conversation_id
                  AND ($3 OR v.assignee_id = $2
                       OR ($4 AND v.assignee_id IS NULL AND v.team_id IS NULL)
                       OR v.team_id IN (SELECT w.team_id FROM team_member w
                                         WHERE w.org_id = $1 AND w.user_id = $5)))

-- fragment: message_of_conversation
-- Whether it is in reach is asked once, not for each message.
   AND m.conversation_id = $?
   AND EXISTS (SELECT 1 FROM conversation v
                WHERE v.org_id = $1 AND v.id = $?
                  AND ($3 OR v.assignee_id = $2
                       OR ($4 AND v.assignee_id IS NULL AND v.team_id IS NULL)
                       OR v.team_id IN (SELECT w.team_id FROM team_member w
                                         WHERE w.org_id = $1 AND w.user_id = $5)))

-- fragment: message_before
   AND (m.at, m.id) < ($?, $?)

-- fragment: message_after
   AND (m.at, m.id) > (SELECT a.at, a.id FROM message a
                        WHERE a.org_id = $1 AND a.conversation_id = $? AND a.id = $?)

-- fragment: message_public
-- As the person at the other end sees it.
   AND m.kind NOT IN ('note', 'event')
   AND m.state IN ('received', 'sent', 'delivered', 'read')

-- fragment: message_page_26
 ORDER BY m.at DESC, m.id DESC LIMIT 26

-- fragment: message_page_51
 ORDER BY m.at DESC, m.id DESC LIMIT 51

-- fragment: message_page_101
 ORDER BY m.at DESC, m.id DESC LIMIT 101

-- name: message_insert
-- Something was said, or happened.
INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, author, author_id,
                     body, payload, reply_to_id, forwarded, provider_id, at, state, error_code,
                     error_text, send_at, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- name: message_insert_once
-- The same, of a provider's: nothing when the channel has it.
INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, author, author_id,
                     body, payload, reply_to_id, forwarded, provider_id, at, state, error_code,
                     error_text, send_at, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT (org_id, channel_id, provider_id) WHERE provider_id IS NOT NULL DO NOTHING;

-- name: message_advance
-- One step forward; the CASE is the table of what may follow what.  A failure's reason stays until
-- the next step; being tried again, or evidence, takes it away.  The provider's id of an attempt
-- that failed stays until the next attempt has its own: late news of the old one are known by it.
UPDATE message
   SET state = $3,
       provider_id = CASE WHEN $3 = 'sent' AND state = 'sending' THEN $5
                          ELSE coalesce($5, provider_id) END,
       error_code = $6, error_text = $7,
       send_at = coalesce($8, send_at),
       sent_at = CASE WHEN $3 IN ('sent', 'delivered', 'read') THEN coalesce(sent_at, $4)
                      ELSE sent_at END,
       delivered_at = CASE WHEN $3 IN ('delivered', 'read') THEN coalesce(delivered_at, $4)
                           ELSE delivered_at END,
       read_at = CASE WHEN $3 = 'read' THEN coalesce(read_at, $4) ELSE read_at END,
       updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2 AND direction = 'out'
   AND state = ANY (CASE $3
       WHEN 'queued'    THEN ARRAY['sending', 'failed']
       WHEN 'sending'   THEN ARRAY['queued']
       WHEN 'sent'      THEN ARRAY['queued', 'sending', 'uncertain']
       WHEN 'delivered' THEN ARRAY['queued', 'sending', 'sent', 'uncertain', 'failed']
       WHEN 'read'      THEN ARRAY['queued', 'sending', 'sent', 'uncertain', 'failed', 'delivered']
       WHEN 'failed'    THEN ARRAY['queued', 'sending', 'sent', 'uncertain']
       WHEN 'uncertain' THEN ARRAY['sending']
       WHEN 'cancelled' THEN ARRAY['queued']
       END)
RETURNING version;

-- name: message_update_body
-- Its author chose other words; the provider's clock may show the same second twice.
UPDATE message
   SET body = $3, edited_at = $4, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL
   AND (edited_at IS NULL OR edited_at < $4 OR (edited_at = $4 AND body <> $3))
RETURNING version;

-- name: message_update_revoked
-- Its author took it back: the words go, the place stays.
UPDATE message
   SET body = '', payload = NULL, revoked_at = $3, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL
RETURNING version;

-- name: message_bump
-- What hangs on it changed.
UPDATE message
   SET updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;
