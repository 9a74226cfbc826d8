-- Outputs that people grade blind to see how far they agree; a later row of the same id replaces it.
CREATE TABLE calibration (
    calibration_id VARCHAR, project_id VARCHAR, number BIGINT, outputs JSON, people JSON, counts BOOLEAN,
    pool BIGINT, seed BIGINT, state VARCHAR, why VARCHAR, begun_at TIMESTAMP, made_by VARCHAR,
    made_at TIMESTAMP);
