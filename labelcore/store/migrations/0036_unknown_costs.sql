-- A price of 0 and none at all were stored alike: what took tokens then and cost 0 costs nobody knows what.
UPDATE verdict SET cost_usd = NULL WHERE cost_usd = 0 AND tokens_in + tokens_out > 0;
UPDATE answer SET cost_usd = NULL WHERE cost_usd = 0 AND tokens_in + tokens_out > 0;
UPDATE run SET cost_usd = NULL WHERE cost_usd = 0 AND
    coalesce(CAST(detail ->> 'tokens_in' AS BIGINT), 0) + coalesce(CAST(detail ->> 'tokens_out' AS BIGINT), 0) > 0;
UPDATE hardness_result SET cost_usd = NULL WHERE cost_usd = 0 AND judge_version_id IN (
    SELECT judge_version_id FROM judge_version WHERE kind IN ('llm', 'panel'));
