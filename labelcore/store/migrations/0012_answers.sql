-- Answers of models by the hash of the whole question, so that nothing is paid for twice; where an
-- answer turned out to be of no use and was asked for again, the later one counts. prefix is
-- the hash's first 63 bits: a number is looked for faster than a word. A run's counters that are
-- read only with the run stand together in detail. batch_job is a big run that a provider works on.
CREATE TABLE answer (
    answer_key VARCHAR, prefix BIGINT, text VARCHAR, model VARCHAR, tokens_in BIGINT,
    tokens_out BIGINT, cost_usd DOUBLE, latency_ms DOUBLE, made_at TIMESTAMP
);

CREATE VIEW answer_current AS
    SELECT * FROM answer
    QUALIFY row_number() OVER (PARTITION BY answer_key ORDER BY made_at DESC, text) = 1;

ALTER TABLE run_event ADD COLUMN detail JSON;

CREATE OR REPLACE VIEW run_current AS
    SELECT * FROM run_event
    QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY made_at DESC, event_id DESC) = 1;

CREATE TABLE batch_job_event (
    batch_job_id VARCHAR, project_id VARCHAR, endpoint VARCHAR, model VARCHAR, provider_id VARCHAR,
    state VARCHAR, questions JSON, message VARCHAR, event_id VARCHAR, made_at TIMESTAMP
);

CREATE VIEW batch_job_current AS
    SELECT * FROM batch_job_event
    QUALIFY row_number() OVER (PARTITION BY batch_job_id ORDER BY made_at DESC, event_id DESC) = 1;
