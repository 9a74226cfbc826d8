-- Outputs whose ruling people's grades are held against; a later row of the same id replaces it.
CREATE TABLE gold (
    gold_id VARCHAR, project_id VARCHAR, output_id VARCHAR, training BOOLEAN, ended BOOLEAN,
    made_by VARCHAR, made_at TIMESTAMP);
-- Who may grade since they passed the training, or because the lead says so; the newest of a person counts.
CREATE TABLE trained (
    project_id VARCHAR, person VARCHAR, state VARCHAR, correct BIGINT, n BIGINT, begun BIGINT,
    made_by VARCHAR, made_at TIMESTAMP);
