-- Tables hold events: nothing in them is changed, a later row supersedes an earlier one, and a row may
-- have come twice. Each bears the noun of its rows. A view of the same noun says what counts:
--   NOUN_unique   each row once, by its id
--   NOUN_current  the rows that count now: the newest, without what was taken back
-- The six at the end are for people who query; docs/querying.md describes them, and they keep their
-- columns. All times are UTC.

CREATE OR REPLACE VIEW project_current AS
    SELECT * FROM project
    QUALIFY row_number() OVER (PARTITION BY name ORDER BY made_at DESC, project_id DESC) = 1;

CREATE OR REPLACE VIEW project_unique AS
    SELECT * FROM project
    QUALIFY row_number() OVER (PARTITION BY project_id ORDER BY made_at DESC, name) = 1;

CREATE OR REPLACE VIEW output_current AS
    SELECT * FROM output
    QUALIFY row_number() OVER (PARTITION BY output_id ORDER BY made_at, batch_id) = 1;

-- Every id that an importer ever gave an output.
CREATE OR REPLACE VIEW output_name AS
    SELECT external_id, project_id, output_id FROM output_current WHERE external_id IS NOT NULL
    UNION
    SELECT external_id, project_id, output_id FROM output_alias;

-- The name that stands now for one that a person had before, or that somebody was merged from.
CREATE OR REPLACE VIEW person_name AS
    SELECT holder.name, present.name AS present
    FROM (SELECT * FROM person QUALIFY row_number() OVER (PARTITION BY name ORDER BY made_at DESC) = 1)
        holder
    JOIN (SELECT * FROM person QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY made_at DESC) = 1)
        present USING (person_id)
    WHERE holder.name <> present.name;

CREATE OR REPLACE VIEW grade_named AS
    SELECT grade.* REPLACE (coalesce(person_name.present, annotator) AS annotator)
    FROM grade LEFT JOIN person_name ON person_name.name = annotator;

-- A press that arrives twice has the same grade_id and counts once.
CREATE OR REPLACE VIEW grade_unique AS
    SELECT * FROM grade_named
    QUALIFY row_number() OVER (PARTITION BY grade_id ORDER BY stored_at, made_at) = 1;

-- The latest grade that was not taken back, for each person, output and criterion or field. Order is
-- the order of arrival: a client's clock may run wrong. A silent repeat measures how steady a person
-- is, a calibration round how far people agree, a gold output how sure somebody is: none of these replaces
-- an ordinary grade.
CREATE OR REPLACE VIEW grade_current AS
    SELECT g.* FROM grade_unique g
    WHERE g.value <> 'undone' AND g.source NOT IN ('repeat', 'calibration', 'gold')
      AND NOT EXISTS (
        SELECT 1 FROM grade_unique u WHERE u.value = 'undone' AND u.supersedes = g.grade_id)
    QUALIFY row_number() OVER (
        PARTITION BY g.output_id, g.annotator, coalesce(g.criterion_id, 'overall'),
            coalesce(g.field, '')
        ORDER BY g.stored_at DESC, g.grade_id DESC) = 1;

CREATE OR REPLACE VIEW comparison_unique AS
    SELECT comparison.* REPLACE (coalesce(person_name.present, annotator) AS annotator)
    FROM comparison LEFT JOIN person_name ON person_name.name = annotator
    QUALIFY row_number() OVER (PARTITION BY comparison_id ORDER BY stored_at, made_at) = 1;

CREATE OR REPLACE VIEW comparison_current AS
    SELECT c.* FROM comparison_unique c
    WHERE c.value <> 'undone'
      AND NOT EXISTS (
        SELECT 1 FROM comparison_unique u WHERE u.value = 'undone' AND u.supersedes = c.comparison_id)
    QUALIFY row_number() OVER (
        PARTITION BY c.first_id, c.second_id, c.annotator
        ORDER BY c.stored_at DESC, c.comparison_id DESC) = 1;

CREATE OR REPLACE VIEW reservation_current AS
    SELECT reservation.* REPLACE (coalesce(person_name.present, annotator) AS annotator)
    FROM reservation LEFT JOIN person_name ON person_name.name = annotator
    QUALIFY row_number() OVER (
        PARTITION BY project_id, output_id, annotator ORDER BY made_at DESC, until DESC) = 1;

CREATE OR REPLACE VIEW notice_unique AS
    SELECT notice.* REPLACE (coalesce(person_name.present, person) AS person)
    FROM notice LEFT JOIN person_name ON person_name.name = person
    QUALIFY row_number() OVER (PARTITION BY notice_id ORDER BY made_at) = 1;

CREATE OR REPLACE VIEW ruling_current AS
    SELECT ruling.* REPLACE (coalesce(person_name.present, author) AS author)
    FROM ruling LEFT JOIN person_name ON person_name.name = author
    QUALIFY row_number() OVER (
        PARTITION BY project_id, output_id, coalesce(criterion_id, 'overall')
        ORDER BY made_at DESC, ruling_id DESC) = 1;

CREATE OR REPLACE VIEW court_ruling_current AS
    SELECT court_ruling.* REPLACE (coalesce(person_name.present, author) AS author)
    FROM court_ruling LEFT JOIN person_name ON person_name.name = author
    QUALIFY row_number() OVER (
        PARTITION BY project_id, output_id, judge_id, verdict, human_pass
        ORDER BY made_at DESC, ruling_id DESC) = 1;

CREATE OR REPLACE VIEW code_current AS
    SELECT * FROM code
    QUALIFY row_number() OVER (PARTITION BY code_id ORDER BY made_at DESC, event_id DESC) = 1;

CREATE OR REPLACE VIEW quote_current AS
    SELECT * FROM quote
    QUALIFY row_number() OVER (
        PARTITION BY project_id, grade_id, quote ORDER BY made_at DESC, event_id DESC) = 1;

CREATE OR REPLACE VIEW criterion_current AS
    SELECT * FROM criterion_version
    QUALIFY row_number() OVER (
        PARTITION BY criterion_id ORDER BY version DESC, made_at DESC, event_id DESC) = 1;

CREATE OR REPLACE VIEW judge_version_unique AS
    SELECT * FROM judge_version
    QUALIFY row_number() OVER (PARTITION BY judge_version_id ORDER BY made_at) = 1;

CREATE OR REPLACE VIEW judge_address_unique AS
    SELECT * FROM judge_address
    QUALIFY row_number() OVER (PARTITION BY judge_version_id, endpoint, model ORDER BY made_at, address) = 1;

CREATE OR REPLACE VIEW judge_pointer_current AS
    SELECT * FROM judge_pointer
    QUALIFY row_number() OVER (PARTITION BY judge_id ORDER BY made_at DESC, event_id DESC) = 1;

-- The version in use: the newest, or the one that was pointed to when no later one was there.
CREATE OR REPLACE VIEW judge_current AS
    SELECT v.* FROM judge_version_unique v
    LEFT JOIN judge_pointer_current p ON p.judge_id = v.judge_id AND p.judge_version_id = v.judge_version_id
    QUALIFY row_number() OVER (
        PARTITION BY v.judge_id ORDER BY greatest(v.version, p.newest) DESC, p.newest IS NOT NULL DESC,
        v.made_at DESC, v.judge_version_id) = 1;

CREATE OR REPLACE VIEW choice_current AS
    SELECT * FROM choice
    QUALIFY row_number() OVER (PARTITION BY project_id ORDER BY made_at DESC, choice_id DESC) = 1;

CREATE OR REPLACE VIEW run_current AS
    SELECT * FROM run
    QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY made_at DESC, event_id DESC) = 1;

CREATE OR REPLACE VIEW batch_job_current AS
    SELECT * FROM batch_job
    QUALIFY row_number() OVER (PARTITION BY batch_job_id ORDER BY made_at DESC, event_id DESC) = 1;

-- Where an answer turned out to be of no use and was asked for again, the later one counts.
CREATE OR REPLACE VIEW answer_current AS
    SELECT * FROM answer
    QUALIFY row_number() OVER (PARTITION BY answer_key ORDER BY made_at DESC, text) = 1;

CREATE OR REPLACE VIEW embedding_unique AS
    SELECT * FROM embedding
    QUALIFY row_number() OVER (PARTITION BY text_hash, model ORDER BY made_at) = 1;

CREATE OR REPLACE VIEW hardness_result_unique AS
    SELECT * FROM hardness_result
    QUALIFY row_number() OVER (PARTITION BY result_id ORDER BY made_at) = 1;

CREATE OR REPLACE VIEW probe_unique AS
    SELECT * FROM probe
    QUALIFY row_number() OVER (PARTITION BY probe_id ORDER BY made_at) = 1;

-- What each person says of a probe now; whoever took it back says nothing.
CREATE OR REPLACE VIEW probe_opinion_by_person AS
    SELECT * FROM (
        SELECT probe_opinion.* REPLACE (coalesce(person_name.present, annotator) AS annotator)
        FROM probe_opinion LEFT JOIN person_name ON person_name.name = annotator
        QUALIFY row_number() OVER (
            PARTITION BY probe_id, annotator ORDER BY made_at DESC, opinion_id DESC) = 1)
    WHERE value <> 'undone';

-- The one opinion that counts: the newest of anybody's.
CREATE OR REPLACE VIEW probe_opinion_current AS
    SELECT * FROM probe_opinion_by_person
    QUALIFY row_number() OVER (PARTITION BY probe_id ORDER BY made_at DESC, opinion_id DESC) = 1;

CREATE OR REPLACE VIEW settled_group_current AS
    SELECT * FROM settled_group
    QUALIFY row_number() OVER (PARTITION BY project_id, group_key ORDER BY round, made_at) = 1;

-- An event that came again with another meaning has that one.
CREATE OR REPLACE VIEW signal_current AS
    SELECT * FROM signal
    QUALIFY row_number() OVER (PARTITION BY feedback_id ORDER BY stored_at DESC, batch_id DESC) = 1;

-- What a signal comes to on an output: of each user the newest event that means something (of several at
-- one moment the worst), of several users the worst. Events of no named user are of one.
CREATE OR REPLACE VIEW signal_by_output AS
    SELECT project_id, output_id, name,
        CASE WHEN bool_or(meaning = 'fail') THEN 'fail' WHEN bool_or(meaning = 'pass') THEN 'pass'
            ELSE 'abstain' END AS value,
        left(string_agg(DISTINCT concat_ws(': ', value, nullif(reason, '')), '; '), 500) AS reason
    FROM (
        SELECT * FROM signal_current WHERE meaning IN ('pass', 'fail', 'unsure')
        QUALIFY row_number() OVER (
            PARTITION BY project_id, output_id, name, coalesce(person, '')
            ORDER BY made_at DESC, meaning = 'fail' DESC, feedback_id) = 1)
    GROUP BY ALL;

-- For people who query ------------------------------------------------------------------------

CREATE OR REPLACE VIEW outputs AS
    SELECT p.name AS project, o.output_id, o.external_id, o.group_key, o.input, o.context,
        o.conversation, o.text AS output, o.prompt_version, o.model, o.metadata,
        b.file_name AS imported_from, o.made_at AS imported_at, o.row_number, o.batch_id, o.project_id
    FROM output_current o
    LEFT JOIN project_unique p USING (project_id)
    LEFT JOIN import_batch b USING (batch_id);

CREATE OR REPLACE VIEW criteria AS
    SELECT p.name AS project, c.criterion_id, c.version, c.name, c.statement, c.status, c.severity,
        c.max_false_failure_rate, c.risk, c.risk_why, c.origin, c.keywords, c.pass_examples,
        c.fail_examples, c.parents, c.evidence, c.author, c.why, c.made_at AS decided_at, c.project_id
    FROM criterion_current c LEFT JOIN project_unique p USING (project_id);

CREATE OR REPLACE VIEW grades AS
    SELECT p.name AS project, g.output_id, o.external_id, g.annotator, g.value, c.name AS criterion,
        g.field, g.level, g.note, g.corrected_text, g.seconds, g.judge_shown, g.source,
        k.probability AS inclusion_probability, k.reason AS picked_because, g.made_at AS graded_at,
        g.stored_at, g.grade_id, g.criterion_id, g.criterion_version, g.project_id
    FROM grade_current g
    JOIN output_current o USING (output_id)
    LEFT JOIN project_unique p ON p.project_id = g.project_id
    LEFT JOIN criterion_current c ON c.criterion_id = g.criterion_id
    LEFT JOIN sample_pick k ON k.sample_id = g.sample_id AND k.output_id = g.output_id;

-- Every version of every judge; is_newest marks one of each, is_in_use the one that decides, is_chosen
-- those of the chosen set.
CREATE OR REPLACE VIEW judges AS
    SELECT p.name AS project, j.name AS judge, j.kind, j.version, c.name AS criterion, j.model,
        j.description, row_number() OVER (
            PARTITION BY j.judge_id ORDER BY j.version DESC, j.made_at DESC, j.judge_version_id) = 1
            AS is_newest,
        coalesce(json_contains(s.judge_version_ids, to_json(j.judge_version_id)), false) AS is_chosen,
        j.author, j.made_at, j.judge_version_id, j.judge_id, j.criterion_id, j.criterion_version,
        j.project_id, j.judge_version_id = n.judge_version_id AS is_in_use, j.why
    FROM judge_version_unique j
    JOIN judge_current n USING (judge_id)
    LEFT JOIN project_unique p ON p.project_id = j.project_id
    LEFT JOIN criterion_current c ON c.criterion_id = j.criterion_id
    LEFT JOIN choice_current s ON s.project_id = j.project_id;

CREATE OR REPLACE VIEW verdicts AS
    SELECT p.name AS project, v.output_id, o.external_id, j.name AS judge, j.kind, j.version,
        c.name AS criterion, v.value, v.probability, v.reason, v.repeat, v.model, j.model AS asked_model, v.tokens_in,
        v.tokens_out, v.cost_usd,
        v.latency_ms, v.made_at AS decided_at, v.judge_version_id,
        j.criterion_id, v.run_id, v.project_id
    FROM verdict v
    JOIN judge_version_unique j USING (judge_version_id)
    JOIN output_current o USING (output_id)
    LEFT JOIN project_unique p ON p.project_id = v.project_id
    LEFT JOIN criterion_current c ON c.criterion_id = j.criterion_id;

CREATE OR REPLACE VIEW feedback AS
    SELECT p.name AS project, f.output_id, o.external_id, f.name AS signal, f.value, f.meaning, f.person,
        f.reason, f.made_at AS given_at, f.stored_at, f.feedback_id, f.batch_id, f.project_id
    FROM signal_current f
    JOIN output_current o USING (output_id)
    LEFT JOIN project_unique p ON p.project_id = f.project_id;
