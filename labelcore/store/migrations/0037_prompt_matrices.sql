-- Prompts, models and numbers of examples of a judge that were tried together: the combinations as they were
-- asked for, with what ended each, and the outputs on which they were tried: drawn from a pool, both by id. So a
-- matrix is found again as it was; what came of it are answers, which are kept as all others.
CREATE TABLE prompt_matrix (
    matrix_id VARCHAR, project_id VARCHAR, judge_id VARCHAR, judge_version_id VARCHAR, cells JSON, enough DOUBLE,
    pool JSON, drawn JSON, tried BOOLEAN, author VARCHAR, made_at TIMESTAMP
);
