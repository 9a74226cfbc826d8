-- Who is to grade which outputs; a later row of the same id replaces it, an ended one takes it away.
CREATE TABLE assignment (
    assignment_id VARCHAR, project_id VARCHAR, person VARCHAR, knows VARCHAR, fields JSON, batch VARCHAR,
    share DOUBLE, quota BIGINT, a_day BIGINT, ended BOOLEAN, made_by VARCHAR, made_at TIMESTAMP);
-- What somebody reads and knows in a project; the newest row of a person counts.
CREATE TABLE expertise (
    project_id VARCHAR, person VARCHAR, reads JSON, knows JSON, made_by VARCHAR, made_at TIMESTAMP);
