-- Why a version was made, and which version of a judge is in use where it is not the newest.
ALTER TABLE judge_version ADD COLUMN why VARCHAR;
CREATE TABLE judge_pointer (
    event_id VARCHAR, project_id VARCHAR, judge_id VARCHAR, judge_version_id VARCHAR, newest BIGINT,
    author VARCHAR, why VARCHAR, made_at TIMESTAMP
);
