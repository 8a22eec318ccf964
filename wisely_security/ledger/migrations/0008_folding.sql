-- Words are folded as all texts are (tenancy/migrations/0006_text.sql). Not STRICT: so it becomes part of the query.
CREATE OR REPLACE FUNCTION ledger_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN wisely_fold(words);

-- All blocks are cut anew, when the records are declared after the migration.
DELETE FROM ledger_searched;
