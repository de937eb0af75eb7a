-- Taking a reply back puts the conversation back as well.

-- What the conversation was before a reply that may still be taken back, when that reply changed it: at
-- (the reply's moment), state, snoozed_until, attention, attention_text, sort_at.  Null once something
-- else happened to it.
ALTER TABLE conversation ADD COLUMN before_send jsonb CHECK (octet_length(before_send::text) <= 2000);
