-- Rows whose content is stored already keep their own id here, so that grades can be joined on it.
CREATE TABLE output_alias (
    external_id VARCHAR NOT NULL,
    project_id VARCHAR NOT NULL,
    output_id VARCHAR NOT NULL,
    batch_id VARCHAR,
    made_at TIMESTAMP
);
CREATE VIEW output_name AS
SELECT external_id, project_id, output_id FROM output_current WHERE external_id IS NOT NULL
UNION
SELECT external_id, project_id, output_id FROM output_alias;
