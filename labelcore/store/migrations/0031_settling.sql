-- Conflicts are talked about and looked at again: one row an event. A ruling may say that a criterion is
-- unclear (about), and remembers the version of the criterion that it was made under.
CREATE TABLE comment (
    comment_id VARCHAR, project_id VARCHAR, output_id VARCHAR, criterion_id VARCHAR, text VARCHAR,
    mentions VARCHAR, seen BOOLEAN, author VARCHAR, made_at TIMESTAMP
);
CREATE TABLE relook (
    relook_id VARCHAR, project_id VARCHAR, output_id VARCHAR, criterion_id VARCHAR, people VARCHAR,
    is_open BOOLEAN, reason VARCHAR, author VARCHAR, made_at TIMESTAMP
);
ALTER TABLE ruling ADD COLUMN criterion_version BIGINT;
ALTER TABLE ruling ADD COLUMN about VARCHAR;
