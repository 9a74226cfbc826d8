-- What was taken out of the texts of an import, by field and kind, and outputs that hardly say anything now.
ALTER TABLE import_batch ADD COLUMN redacted JSON;
ALTER TABLE import_batch ADD COLUMN mostly_redacted BIGINT;
