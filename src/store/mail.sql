-- name: mail_insert
-- A mail to be sent, in the transaction of what it tells of.
-- global: a mail goes to a person, who may have no organisation yet
INSERT INTO mail (id, kind, to_address, locale, facts)
VALUES ($1, $2, $3, $4, $5);

-- name: mail_claim
-- Due mails, longest waiting first, and those whose holder has died, which is a doubt each time: they
-- are ours until the lease ends.
-- global: a mail goes to a person
WITH due AS (
    SELECT m.id, m.state = 'sending' AS cut_off
      FROM mail AS m
     WHERE m.state IN ('queued', 'sending') AND m.next_at <= now()
     ORDER BY m.next_at
     LIMIT $1
       FOR UPDATE SKIP LOCKED
)
UPDATE mail
   SET state = 'sending', attempts = mail.attempts + 1, lease_id = $2,
       doubts = mail.doubts + due.cut_off::int,
       next_at = now() + $3 * interval '1 second'
  FROM due
 WHERE mail.id = due.id
RETURNING mail.id, mail.lease_id, mail.kind, mail.to_address, mail.locale, mail.facts,
          mail.attempts, mail.doubts, mail.created_at, due.cut_off;

-- name: mail_end
-- It is over, if we still hold it; what it said is forgotten.
-- global: a mail goes to a person
UPDATE mail
   SET state = $3, provider_id = $4, error = $5, doubts = $6, facts = NULL, lease_id = NULL,
       ended_at = now()
 WHERE id = $1 AND lease_id = $2 AND state = 'sending';

-- name: mail_again
-- Not now: back to the queue, if we still hold it.
-- global: a mail goes to a person
UPDATE mail
   SET state = 'queued', next_at = $3, error = coalesce($4, error), doubts = $5, lease_id = NULL
 WHERE id = $1 AND lease_id = $2 AND state = 'sending';

-- name: mail_put_back
-- Claimed and not begun: as if it had not been.
-- global: a mail goes to a person
UPDATE mail
   SET state = 'queued', next_at = now(), attempts = attempts - 1, lease_id = NULL
 WHERE id = $1 AND lease_id = $2 AND state = 'sending';

-- name: mail_reported
-- What the provider says became of a mail that it took; a failure is not taken back.
-- global: a mail goes to a person
UPDATE mail
   SET state = CASE WHEN state = 'failed' THEN state ELSE $2 END,
       error = coalesce($3, error)
 WHERE provider_id = $1 AND state IN ('sent', 'delivered', 'failed', 'uncertain')
RETURNING to_address;

-- name: mail_outcome
-- What became of one, for the operator who waits.
-- global: a mail goes to a person
SELECT state, coalesce(error, '') AS error, attempts
  FROM mail
 WHERE id = $1;

-- name: mail_suppression_select
-- Why an address gets no mail, if so.
-- global: an address that bounces does so for every organisation
SELECT reason, at
  FROM mail_suppression
 WHERE digest = $1;

-- name: mail_suppression_insert
-- No more mail to this address; a complaint weighs more than a bounce.
-- global: an address that bounces does so for every organisation
INSERT INTO mail_suppression (digest, reason)
VALUES ($1, $2)
    ON CONFLICT (digest) DO UPDATE
   SET reason = CASE WHEN excluded.reason = 'complaint' THEN excluded.reason
                     ELSE mail_suppression.reason END;

-- name: mail_suppression_delete
-- It may get mail again.
-- global: an address that bounces does so for every organisation
DELETE FROM mail_suppression
 WHERE digest = $1;

-- name: mail_event_insert
-- A report that has come; nothing when it came before.
-- global: the provider reports on mail, which is global
INSERT INTO mail_event (id, type)
VALUES ($1, $2)
    ON CONFLICT (id) DO NOTHING;
