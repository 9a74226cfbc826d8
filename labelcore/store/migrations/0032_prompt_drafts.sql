-- What somebody writes of a judge's prompt before it is a version: the last one of a person and a judge, '' once
-- it was saved or put back.
CREATE TABLE prompt_draft (
    draft_id VARCHAR, project_id VARCHAR, judge_id VARCHAR, judge_version_id VARCHAR, version INTEGER, words VARCHAR,
    author VARCHAR, made_at TIMESTAMP
);
