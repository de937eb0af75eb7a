-- Names are found by any of their words, and the list says who wrote what it shows.

-- The colleague who wrote the message shown; none: the customer wrote it, or no person of ours did.
ALTER TABLE conversation ADD COLUMN last_author_id uuid;
UPDATE conversation v
   SET last_author_id = m.author_id
  FROM message m
 WHERE m.org_id = v.org_id AND m.id = v.last_message_id AND m.author = 'user';

-- A name from each of its words on, but the first: "wei ling" and "ling" of "Chen Wei Ling".  Chinese,
-- Japanese and Korean are written without blanks, so there each character begins one.  The whole name
-- is contact.name_key.
CREATE FUNCTION inner_words(name_key text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT DISTINCT left(substr(name_key, i), 60)
      FROM generate_series(2, char_length(name_key)) AS i
     WHERE substr(name_key, i, 1) !~ '[[:space:][:punct:]\u00a0\u00b7\u3000]'
       AND (substr(name_key, i, 1) >= U&'\2E80' COLLATE "C"
            OR substr(name_key, i - 1, 1) ~ '[[:space:][:punct:]\u00a0\u00b7\u3000]')
$$;

CREATE TABLE contact_word (
    org_id          uuid NOT NULL,
    contact_id      uuid NOT NULL,
    word            text COLLATE "C" NOT NULL CHECK (octet_length(word) BETWEEN 1 AND 256),
    PRIMARY KEY (org_id, contact_id, word),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_word_word ON contact_word (org_id, word);
COMMENT ON TABLE contact_word IS 'A row is a contact''s name from one of its later words on, to be found by; contact_name_changed keeps it. Retention: conversation. Personal data: end customer. Legal basis: legitimate interest.';
CALL tenant_table('contact_word');

-- A trigger, so that no way of writing a name can forget it, and none takes another round trip.
CREATE FUNCTION contact_name_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM contact_word WHERE org_id = NEW.org_id AND contact_id = NEW.id;
    END IF;
    INSERT INTO contact_word (org_id, contact_id, word)
    SELECT NEW.org_id, NEW.id, w FROM inner_words(NEW.name_key) AS w;
    RETURN NULL;
END
$$;
CREATE TRIGGER contact_named AFTER INSERT ON contact
   FOR EACH ROW WHEN (NEW.name <> '') EXECUTE FUNCTION contact_name_changed();
CREATE TRIGGER contact_renamed AFTER UPDATE OF name ON contact
   FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION contact_name_changed();

INSERT INTO contact_word (org_id, contact_id, word)
SELECT c.org_id, c.id, w FROM contact c, inner_words(c.name_key) AS w;
