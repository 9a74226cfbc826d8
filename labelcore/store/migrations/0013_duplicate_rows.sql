-- Rows of a file that repeat another row of it, apart from outputs that were known before. NULL: an
-- import from before they were counted apart.
ALTER TABLE import_batch ADD COLUMN duplicates BIGINT;
