CREATE TABLE court_ruling (
    ruling_id VARCHAR, project_id VARCHAR, output_id VARCHAR, judge_id VARCHAR,
    judge_version_id VARCHAR, criterion_id VARCHAR, verdict VARCHAR, human_pass BOOLEAN,
    value VARCHAR, reason VARCHAR, author VARCHAR, made_at TIMESTAMP
);

CREATE VIEW court_ruling_current AS
    SELECT * FROM court_ruling
    QUALIFY row_number() OVER (
        PARTITION BY project_id, output_id, judge_id, verdict, human_pass
        ORDER BY made_at DESC, ruling_id DESC) = 1;
