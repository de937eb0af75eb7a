-- What a decision about a conversation rests on.

-- The version at the last change that somebody's next decision would rest on: what people decided, what
-- the customer wrote, what brought it back.  Our own messages and their ticks raise only version.
ALTER TABLE conversation ADD COLUMN basis_version bigint NOT NULL DEFAULT 1;
UPDATE conversation SET basis_version = version;
