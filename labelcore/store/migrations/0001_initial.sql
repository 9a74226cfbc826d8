-- Tables only hold events and facts; nothing is updated in place. No keys, sequences or enums, so
-- that the same statements serve a file, DuckLake and MotherDuck; duplicates are settled by views.
-- All times are UTC.

CREATE TABLE project (
    project_id VARCHAR, name VARCHAR, task VARCHAR, prompt_template VARCHAR, glossary JSON,
    risk VARCHAR, settings JSON, made_at TIMESTAMP
);

CREATE TABLE import_batch (
    batch_id VARCHAR, project_id VARCHAR, file_name VARCHAR, sha256 VARCHAR, mapping JSON,
    rows_read BIGINT, outputs_new BIGINT, outputs_known BIGINT, rows_rejected BIGINT,
    grades_new BIGINT, verdicts_new BIGINT, made_at TIMESTAMP
);

CREATE TABLE rejected_row (
    batch_id VARCHAR, row_number BIGINT, field VARCHAR, reason VARCHAR, raw VARCHAR
);

CREATE TABLE output (
    output_id VARCHAR, project_id VARCHAR, external_id VARCHAR, group_key VARCHAR,
    input VARCHAR, text VARCHAR, context VARCHAR, conversation JSON,
    prompt_version VARCHAR, model VARCHAR, metadata JSON,
    batch_id VARCHAR, row_number BIGINT, made_at TIMESTAMP
);

CREATE TABLE sample (
    sample_id VARCHAR, project_id VARCHAR, rule VARCHAR, seed BIGINT, parameters JSON,
    author VARCHAR, made_at TIMESTAMP
);

CREATE TABLE sample_pick (
    sample_id VARCHAR, output_id VARCHAR, reason VARCHAR, probability DOUBLE, position BIGINT
);

CREATE TABLE grade (
    grade_id VARCHAR, project_id VARCHAR, output_id VARCHAR, annotator VARCHAR, value VARCHAR,
    criterion_id VARCHAR, criterion_version BIGINT, note VARCHAR, spans JSON,
    corrected_text VARCHAR, seconds DOUBLE, judge_shown BOOLEAN, source VARCHAR,
    supersedes VARCHAR, sample_id VARCHAR, made_at TIMESTAMP, stored_at TIMESTAMP
);

CREATE TABLE code (
    code_id VARCHAR, project_id VARCHAR, label VARCHAR, origin VARCHAR, author VARCHAR, made_at TIMESTAMP
);

CREATE TABLE code_evidence (
    code_id VARCHAR, grade_id VARCHAR, output_id VARCHAR, quote VARCHAR, criterion_id VARCHAR,
    made_at TIMESTAMP
);

CREATE TABLE criterion_version (
    criterion_id VARCHAR, project_id VARCHAR, version BIGINT, name VARCHAR, statement VARCHAR,
    severity VARCHAR, max_false_failure_rate DOUBLE, origin VARCHAR, status VARCHAR,
    pass_examples JSON, fail_examples JSON, keywords JSON, parents JSON, wording_only BOOLEAN,
    author VARCHAR, why VARCHAR, evidence JSON, event_id VARCHAR, made_at TIMESTAMP
);

CREATE TABLE judge_version (
    judge_version_id VARCHAR, judge_id VARCHAR, project_id VARCHAR, name VARCHAR, kind VARCHAR,
    version BIGINT, criterion_id VARCHAR, criterion_version BIGINT, spec JSON, description VARCHAR,
    model VARCHAR, fitted_on JSON, author VARCHAR, made_at TIMESTAMP
);

CREATE TABLE run_event (
    run_id VARCHAR, project_id VARCHAR, judge_version_ids JSON, n_outputs BIGINT, state VARCHAR,
    verdicts_new BIGINT, verdicts_cached BIGINT, errors BIGINT, requests BIGINT, cost_usd DOUBLE,
    seconds DOUBLE, message VARCHAR, event_id VARCHAR, made_at TIMESTAMP
);

CREATE TABLE verdict (
    output_id VARCHAR, judge_version_id VARCHAR, repeat BIGINT, project_id VARCHAR, run_id VARCHAR,
    value VARCHAR, probability DOUBLE, reason VARCHAR, raw VARCHAR, model VARCHAR,
    tokens_in BIGINT, tokens_out BIGINT, cost_usd DOUBLE, latency_ms DOUBLE, made_at TIMESTAMP
);

CREATE TABLE verdict_error (
    output_id VARCHAR, judge_version_id VARCHAR, project_id VARCHAR, run_id VARCHAR,
    kind VARCHAR, message VARCHAR, made_at TIMESTAMP
);

CREATE TABLE choice (
    choice_id VARCHAR, project_id VARCHAR, judge_version_ids JSON, parameters JSON, figures JSON,
    author VARCHAR, made_at TIMESTAMP
);

CREATE TABLE split_opening (
    project_id VARCHAR, split VARCHAR, author VARCHAR, purpose VARCHAR, made_at TIMESTAMP
);

CREATE TABLE embedding (
    text_hash VARCHAR, model VARCHAR, vector FLOAT[], made_at TIMESTAMP
);

CREATE TABLE audit_event (
    event_id VARCHAR, project_id VARCHAR, author VARCHAR, action VARCHAR, subject VARCHAR,
    detail JSON, made_at TIMESTAMP
);

-- Current states -----------------------------------------------------------------------------

CREATE VIEW project_current AS
    SELECT * FROM project
    QUALIFY row_number() OVER (PARTITION BY name ORDER BY made_at DESC, project_id DESC) = 1;

CREATE VIEW output_current AS
    SELECT * FROM output
    QUALIFY row_number() OVER (PARTITION BY output_id ORDER BY made_at, batch_id) = 1;

-- A press that arrives twice has the same grade_id and counts once.
CREATE VIEW grade_event AS
    SELECT * FROM grade
    QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY stored_at, made_at) = 1;

-- The latest grade that was not taken back, for each person, output and criterion. Order is the
-- order of arrival: a client's clock may run wrong.
CREATE VIEW grade_current AS
    SELECT e.* FROM grade_event e
    WHERE e.value <> 'undone'
      AND NOT EXISTS (
        SELECT 1 FROM grade_event u WHERE u.value = 'undone' AND u.supersedes = e.grade_id)
    QUALIFY row_number() OVER (
        PARTITION BY e.output_id, e.annotator, coalesce(e.criterion_id, 'overall')
        ORDER BY e.stored_at DESC, e.grade_id DESC) = 1;

CREATE VIEW criterion_current AS
    SELECT * FROM criterion_version
    QUALIFY row_number() OVER (
        PARTITION BY criterion_id ORDER BY version DESC, made_at DESC, event_id DESC) = 1;

CREATE VIEW judge_version_unique AS
    SELECT * FROM judge_version
    QUALIFY row_number() OVER (PARTITION BY judge_version_id ORDER BY made_at) = 1;

CREATE VIEW judge_current AS
    SELECT * FROM judge_version_unique
    QUALIFY row_number() OVER (
        PARTITION BY judge_id ORDER BY version DESC, made_at DESC, judge_version_id) = 1;

CREATE VIEW run_current AS
    SELECT * FROM run_event
    QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY made_at DESC, event_id DESC) = 1;

CREATE VIEW verdict_current AS
    SELECT * FROM verdict
    QUALIFY row_number() OVER (
        PARTITION BY output_id, judge_version_id, repeat ORDER BY made_at, run_id) = 1;

CREATE VIEW choice_current AS
    SELECT * FROM choice
    QUALIFY row_number() OVER (PARTITION BY project_id ORDER BY made_at DESC, choice_id DESC) = 1;

CREATE VIEW embedding_unique AS
    SELECT * FROM embedding
    QUALIFY row_number() OVER (PARTITION BY text_hash, model ORDER BY made_at) = 1;
