-- The version that an undo brought back was told by its reason alone. Read once from the reasons of
-- then, and only where the version does say what that earlier one says: people write reasons too.
DROP VIEW criterion_current;
ALTER TABLE criterion_version ADD COLUMN restores BIGINT;
UPDATE criterion_version SET restores = earlier.version
FROM criterion_version AS earlier
WHERE regexp_full_match(criterion_version.why, 'took version [0-9]{1,9} back')
  AND earlier.criterion_id = criterion_version.criterion_id
  AND earlier.version = try_cast(regexp_extract(criterion_version.why, '[0-9]+') AS BIGINT) - 1
  AND earlier.version + 1 < criterion_version.version
  AND earlier.name = criterion_version.name
  AND earlier.statement = criterion_version.statement
  AND earlier.severity = criterion_version.severity
  AND earlier.status = criterion_version.status
  AND earlier.max_false_failure_rate = criterion_version.max_false_failure_rate;
CREATE VIEW criterion_current AS
    SELECT * FROM criterion_version
    QUALIFY row_number() OVER (
        PARTITION BY criterion_id ORDER BY version DESC, made_at DESC, event_id DESC) = 1;
