-- Prompts, models and numbers of examples of a judge that were tried together: the combinations as they were
-- asked for, so that a matrix is found again; what came of it are answers, which are kept as all others.
CREATE TABLE prompt_matrix (
    matrix_id VARCHAR, project_id VARCHAR, judge_id VARCHAR, judge_version_id VARCHAR, cells JSON, enough DOUBLE,
    author VARCHAR, made_at TIMESTAMP
);
