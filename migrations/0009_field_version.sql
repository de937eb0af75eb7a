-- Two people who change the same field: the second one is told.

-- Grows by one with every change; a change says which one it has seen.
ALTER TABLE custom_field ADD COLUMN version bigint NOT NULL DEFAULT 1;
