-- A grade may stand on a scale (level counts from 1, the worst) and may be about one field of a
-- structured output (a JSON pointer). Views list their columns when they are made, so they are made
-- again.
ALTER TABLE grade ADD COLUMN level BIGINT;
ALTER TABLE grade ADD COLUMN field VARCHAR;

CREATE OR REPLACE VIEW grade_event AS
    SELECT * FROM grade
    QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY stored_at, made_at) = 1;

CREATE OR REPLACE VIEW grade_current AS
    SELECT e.* FROM grade_event e
    WHERE e.value <> 'undone' AND e.source <> 'repeat'
      AND NOT EXISTS (
        SELECT 1 FROM grade_event u WHERE u.value = 'undone' AND u.supersedes = e.grade_id)
    QUALIFY row_number() OVER (
        PARTITION BY e.output_id, e.annotator, coalesce(e.criterion_id, 'overall'),
            coalesce(e.field, '')
        ORDER BY e.stored_at DESC, e.grade_id DESC) = 1;

-- Which of two versions' outputs a person prefers. The pair is stored in the order of the versions;
-- left_id says which one stood on the left.
CREATE TABLE comparison (
    comparison_id VARCHAR, project_id VARCHAR, first_id VARCHAR, second_id VARCHAR,
    annotator VARCHAR, value VARCHAR, note VARCHAR, seconds DOUBLE, left_id VARCHAR,
    supersedes VARCHAR, made_at TIMESTAMP, stored_at TIMESTAMP
);

CREATE VIEW comparison_event AS
    SELECT * FROM comparison
    QUALIFY row_number() OVER (PARTITION BY comparison_id ORDER BY stored_at, made_at) = 1;

CREATE VIEW comparison_current AS
    SELECT e.* FROM comparison_event e
    WHERE e.value <> 'undone'
      AND NOT EXISTS (
        SELECT 1 FROM comparison_event u WHERE u.value = 'undone' AND u.supersedes = e.comparison_id)
    QUALIFY row_number() OVER (
        PARTITION BY e.first_id, e.second_id, e.annotator
        ORDER BY e.stored_at DESC, e.comparison_id DESC) = 1;
