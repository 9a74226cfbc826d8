-- At which address judges were first answered whose specification names none: later ones name it themselves.
CREATE TABLE judge_address (
    judge_version_id VARCHAR, endpoint VARCHAR, model VARCHAR, address VARCHAR, made_at TIMESTAMP
);

ALTER TABLE batch_job ADD COLUMN address VARCHAR;
