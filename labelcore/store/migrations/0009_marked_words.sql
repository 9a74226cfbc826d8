-- A quote is words of a note, or words of the output that somebody marked. NULL is a note.
DROP VIEW quote_current;
ALTER TABLE quote_event ADD COLUMN marked BOOLEAN;
CREATE VIEW quote_current AS
    SELECT * FROM quote_event
    QUALIFY row_number() OVER (
        PARTITION BY project_id, grade_id, quote ORDER BY made_at DESC, event_id DESC) = 1;
