-- Every comparison of a judge's versions on dev: what was compared and what was seen. A look that shows what
-- was seen before has the same state.
CREATE TABLE prompt_look (
    look_id VARCHAR, project_id VARCHAR, judge_id VARCHAR, judge_version_id VARCHAR, against_id VARCHAR,
    state VARCHAR, n BIGINT, present DOUBLE, figure DOUBLE, noise DOUBLE, author VARCHAR, made_at TIMESTAMP
);
