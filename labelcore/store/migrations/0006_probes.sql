-- Edge cases of a criterion: passed outputs with one planted defect, and what experts say of them.
-- A probe's id is the hash of source, defect and criterion version, so that making it twice is seen.
CREATE TABLE probe (
    probe_id VARCHAR, project_id VARCHAR, criterion_id VARCHAR, criterion_version BIGINT,
    output_id VARCHAR, defect VARCHAR, text VARCHAR, changed VARCHAR, seed BIGINT, author VARCHAR,
    made_at TIMESTAMP
);

CREATE TABLE probe_opinion (
    opinion_id VARCHAR, project_id VARCHAR, probe_id VARCHAR, annotator VARCHAR, value VARCHAR,
    note VARCHAR, made_at TIMESTAMP
);

CREATE VIEW probe_unique AS
    SELECT * FROM probe
    QUALIFY row_number() OVER (PARTITION BY probe_id ORDER BY made_at) = 1;

-- What each person says of a probe now; whoever took it back says nothing.
CREATE VIEW probe_opinion_by_person AS
    SELECT * FROM (
        SELECT * FROM probe_opinion
        QUALIFY row_number() OVER (
            PARTITION BY probe_id, annotator ORDER BY made_at DESC, opinion_id DESC) = 1)
    WHERE value <> 'undone';

-- The one opinion that counts: the newest of anybody's.
CREATE VIEW probe_opinion_current AS
    SELECT * FROM probe_opinion_by_person
    QUALIFY row_number() OVER (PARTITION BY probe_id ORDER BY made_at DESC, opinion_id DESC) = 1;
