-- name: operator_mail_list
-- The latest of our own mails.
-- global: a mail goes to a person
SELECT id, kind, to_address, state, attempts, created_at, coalesce(error, '') AS error
  FROM mail
 ORDER BY id DESC
 LIMIT $1;
