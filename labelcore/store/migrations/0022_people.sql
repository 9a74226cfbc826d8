-- People who sign in; without sign-in these tables stay empty. Secrets are kept as hashes only.
CREATE TABLE person (
    person_id VARCHAR, name VARCHAR, subject VARCHAR, removed BOOLEAN, made_by VARCHAR, made_at TIMESTAMP);
-- What a person is in a project ('*': in every one); no role ends it.
CREATE TABLE membership (
    project_id VARCHAR, person_id VARCHAR, role VARCHAR, made_by VARCHAR, made_at TIMESTAMP);
-- kind: password, invitation, session, token. A row with ended is the end of what has its secret.
CREATE TABLE credential (
    kind VARCHAR, secret VARCHAR, person_id VARCHAR, label VARCHAR, project_id VARCHAR, role VARCHAR,
    expires_at TIMESTAMP, ended BOOLEAN, made_by VARCHAR, made_at TIMESTAMP);
