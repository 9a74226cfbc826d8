-- What a file calls a criterion whose name was taken here was told by the ending of its name alone.
DROP VIEW IF EXISTS criterion_current;
ALTER TABLE criterion_version ADD COLUMN shared_name VARCHAR;
UPDATE criterion_version SET shared_name = regexp_replace(name, ' \(library( [0-9]+)?\)$', '')
WHERE origin = 'library' AND regexp_matches(name, ' \(library( [0-9]+)?\)$');
