-- The risk of the use case behind a criterion. NULL stands for the project's own risk.
DROP VIEW criterion_current;
ALTER TABLE criterion_version ADD COLUMN risk VARCHAR;
ALTER TABLE criterion_version ADD COLUMN risk_why VARCHAR;
CREATE VIEW criterion_current AS
    SELECT * FROM criterion_version
    QUALIFY row_number() OVER (
        PARTITION BY criterion_id ORDER BY version DESC, made_at DESC, event_id DESC) = 1;
