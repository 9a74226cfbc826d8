-- Codes and what carries them, as events: the newest counts, all are kept. A quote is a verbatim part
-- of a grade's note (or words that were marked); code_id NULL takes its code away.
CREATE TABLE code_event (
    event_id VARCHAR, code_id VARCHAR, project_id VARCHAR, label VARCHAR, state VARCHAR,
    criterion_id VARCHAR, origin VARCHAR, author VARCHAR, why VARCHAR, made_at TIMESTAMP
);

CREATE TABLE quote_event (
    event_id VARCHAR, project_id VARCHAR, grade_id VARCHAR, output_id VARCHAR, quote VARCHAR,
    code_id VARCHAR, sure DOUBLE, author VARCHAR, made_at TIMESTAMP
);

INSERT INTO code_event
    SELECT 'from ' || code_id, code_id, project_id, label, 'proposed',
        (SELECT min(e.criterion_id) FROM code_evidence e WHERE e.code_id = code.code_id),
        origin, author, '', made_at FROM code;

INSERT INTO quote_event
    SELECT 'from ' || e.code_id || ' ' || e.grade_id, c.project_id, e.grade_id, e.output_id, e.quote,
        e.code_id, NULL, c.author, e.made_at FROM code_evidence e JOIN code c USING (code_id);

CREATE VIEW code_current AS
    SELECT * FROM code_event
    QUALIFY row_number() OVER (PARTITION BY code_id ORDER BY made_at DESC, event_id DESC) = 1;

CREATE VIEW quote_current AS
    SELECT * FROM quote_event
    QUALIFY row_number() OVER (
        PARTITION BY project_id, grade_id, quote ORDER BY made_at DESC, event_id DESC) = 1;
