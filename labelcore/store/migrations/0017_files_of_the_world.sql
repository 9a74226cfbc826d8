-- What an output was made from, as a key: the same input in two rows is one source. NULL: not known.
ALTER TABLE output ADD COLUMN input_key VARCHAR;
-- When the pipeline wrote the output, where the file says so.
ALTER TABLE output ADD COLUMN produced_at TIMESTAMP;
-- The import that a grade came by, so that it can be taken back; NULL where a person gave it here.
ALTER TABLE grade ADD COLUMN batch_id VARCHAR;
ALTER TABLE import_batch ADD COLUMN format VARCHAR;
ALTER TABLE import_batch ADD COLUMN feedback_new BIGINT;
ALTER TABLE import_batch ADD COLUMN near_duplicates BIGINT;
-- Signals of a product's own users: thumbs, accepted, edited, asked again. Never grades.
CREATE TABLE feedback (
    feedback_id VARCHAR, project_id VARCHAR, output_id VARCHAR, name VARCHAR, value VARCHAR, meaning VARCHAR,
    person VARCHAR, reason VARCHAR, batch_id VARCHAR, made_at TIMESTAMP, stored_at TIMESTAMP
);
-- Mappings kept by name, proposed for the next file of the same columns.
CREATE TABLE mapping_kept (
    project_id VARCHAR, name VARCHAR, columns JSON, mapping JSON, person VARCHAR, made_at TIMESTAMP
);
-- Imports that were taken back, with how much went.
CREATE TABLE import_undone (
    batch_id VARCHAR, project_id VARCHAR, person VARCHAR, removed JSON, made_at TIMESTAMP
);
