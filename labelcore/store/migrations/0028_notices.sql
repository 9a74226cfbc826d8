-- Where somebody is written to.
ALTER TABLE person ADD COLUMN email VARCHAR DEFAULT '';
-- How a project wants people told; the newest row counts. The secret signs what goes to the webhook.
CREATE TABLE notice_rules (
    project_id VARCHAR, channel VARCHAR, webhook VARCHAR, secret VARCHAR, language VARCHAR, texts BOOLEAN,
    made_by VARCHAR, made_at TIMESTAMP);
-- What people are told. No text of an output is kept here; words are a comment's, where the project asks for it.
CREATE TABLE notice (
    notice_id VARCHAR, project_id VARCHAR, kind VARCHAR, person VARCHAR, channel VARCHAR, output_id VARCHAR,
    words VARCHAR, figures JSON, key VARCHAR, made_by VARCHAR, made_at TIMESTAMP);
-- How far each got: waiting, sending, sent, failed or unclear; the newest step counts.
CREATE TABLE notice_step (
    step_id VARCHAR, project_id VARCHAR, notice_id VARCHAR, state VARCHAR, tries BIGINT, why VARCHAR,
    detail VARCHAR, made_at TIMESTAMP);
