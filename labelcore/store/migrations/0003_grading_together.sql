-- Who holds which output until when; a row with until <= made_at gives it back.
CREATE TABLE reservation (
    project_id VARCHAR, output_id VARCHAR, annotator VARCHAR, until TIMESTAMP, made_at TIMESTAMP
);

-- A person's decision where people disagree; the newest counts, all are kept.
CREATE TABLE ruling (
    ruling_id VARCHAR, project_id VARCHAR, output_id VARCHAR, criterion_id VARCHAR, value VARCHAR,
    reason VARCHAR, author VARCHAR, made_at TIMESTAMP
);

CREATE VIEW reservation_current AS
    SELECT * FROM reservation
    QUALIFY row_number() OVER (
        PARTITION BY project_id, output_id, annotator ORDER BY made_at DESC, until DESC) = 1;

CREATE VIEW ruling_current AS
    SELECT * FROM ruling
    QUALIFY row_number() OVER (
        PARTITION BY project_id, output_id, coalesce(criterion_id, 'overall')
        ORDER BY made_at DESC, ruling_id DESC) = 1;

-- A silent repeat measures how steady a person is; it never replaces their first grade.
CREATE OR REPLACE VIEW grade_current AS
    SELECT e.* FROM grade_event e
    WHERE e.value <> 'undone' AND e.source <> 'repeat'
      AND NOT EXISTS (
        SELECT 1 FROM grade_event u WHERE u.value = 'undone' AND u.supersedes = e.grade_id)
    QUALIFY row_number() OVER (
        PARTITION BY e.output_id, e.annotator, coalesce(e.criterion_id, 'overall')
        ORDER BY e.stored_at DESC, e.grade_id DESC) = 1;
