-- What the lead writes for those who grade: each version of the text by language, and examples of outputs.
CREATE TABLE guideline (
    guideline_id VARCHAR, project_id VARCHAR, version BIGINT, language VARCHAR, text VARCHAR,
    author VARCHAR, why VARCHAR, made_at TIMESTAMP);
-- The latest on an output counts; 'withdrawn' takes it back.
CREATE TABLE guideline_example (
    example_id VARCHAR, project_id VARCHAR, output_id VARCHAR, value VARCHAR, why VARCHAR,
    author VARCHAR, made_at TIMESTAMP);
