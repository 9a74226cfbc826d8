-- Whoever stores a verdict looks first whether there is one of this output, judge version and repeat; the first of
-- those that came twice before that stays, so that nobody who counts has to sort them all.
DELETE FROM verdict WHERE rowid IN (
    SELECT rowid FROM verdict
    QUALIFY row_number() OVER (PARTITION BY output_id, judge_version_id, repeat ORDER BY made_at, run_id) > 1);
DROP VIEW IF EXISTS verdict_current;
