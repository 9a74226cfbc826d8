-- What was suggested to improve a judge, and what people said of it: offered, accepted or rejected, one row
-- an event; the last one of a suggestion counts.
CREATE TABLE prompt_suggestion (
    event_id VARCHAR, project_id VARCHAR, judge_id VARCHAR, suggestion_id VARCHAR, state VARCHAR, kind VARCHAR,
    words VARCHAR, against_id VARCHAR, judge_version_id VARCHAR, spec VARCHAR, figures VARCHAR, why VARCHAR,
    author VARCHAR, made_at TIMESTAMP
);
