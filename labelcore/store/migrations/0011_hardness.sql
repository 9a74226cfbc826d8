-- What a judge says of a text before and after a change that tests it; asked once for each change.
-- The id is the hash of judge version, test, output and changed text.
CREATE TABLE hardness_result (
    result_id VARCHAR, project_id VARCHAR, judge_version_id VARCHAR, test VARCHAR, family VARCHAR,
    output_id VARCHAR, people VARCHAR, changed_text VARCHAR, before_value VARCHAR,
    before_reason VARCHAR, after_value VARCHAR, after_reason VARCHAR, cost_usd DOUBLE,
    made_at TIMESTAMP
);

CREATE VIEW hardness_result_unique AS
    SELECT * FROM hardness_result
    QUALIFY row_number() OVER (PARTITION BY result_id ORDER BY made_at) = 1;
