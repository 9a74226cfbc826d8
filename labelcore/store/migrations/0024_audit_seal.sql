-- From where an act came; and the chain over all acts: each seal's digest covers the one before it.
ALTER TABLE audit_event ADD COLUMN origin VARCHAR DEFAULT '';
CREATE TABLE audit_seal (place BIGINT, event_id VARCHAR, digest VARCHAR, made_at TIMESTAMP);
