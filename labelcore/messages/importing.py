"""What is odd about a file, in words."""

WORDS = {
    "no_header": (
        "The first line looks like data, not like column names: if the file has no header, add one line "
        "with names at its top."
    ),
    "read_as": "{file} was read as {encoding}.",
    "damaged": (
        "One damaged character of {file} is shown as �.",
        "{n:,} damaged characters of {file} are shown as �.",
    ),
    "nul": "{file} holds NUL characters; they are shown as ␀.",
    "no_rows": "The file has a header but no rows.",
    "no_answers": (
        "None of its records holds an answer of a model. Traces hold answers only where messages are "
        "recorded, and exports only where they are chosen."
    ),
    "lists_split": (
        "The cells of '{column}' hold lists of answers: every answer in them is an output, and those of a "
        "row are of one source."
    ),
    "lists_kept": (
        "The cells of '{column}' hold lists, which come in as they are. Where each entry is an answer, say "
        "so (“More columns” on the page, --replies each on the command line), and import no grades with "
        "them: what is said of a row does not say of which answer."
    ),
    "no_input": ("No column is mapped to the input, so judges cannot compare outputs with what they answer."),
    "mostly_redacted": (
        "One output consists of stand-ins by more than half: there is little left to grade.",
        "{n:,} outputs consist of stand-ins by more than half: there is little left to grade.",
    ),
    "stand_ins_before": (
        "One place looked like a stand-in before anything was redacted. If this file came from here, import "
        "it without redaction.",
        "{n:,} places looked like stand-ins before anything was redacted. If this file came from here, "
        "import it without redaction.",
    ),
    "near_duplicates": (
        "One output says the same as another but for case, blanks and punctuation: they can be left out.",
        "{n:,} outputs say the same as another but for case, blanks and punctuation: they can be left out.",
    ),
    "kept_fits": "The file has the columns of '{kept}', which was kept: read it so with --kept '{kept}'.",
    "other_parts": "Read from '{part}'; the file also holds {others}.",
    "contradicted": (
        "One grade contradicts '{column}' beside it, in row {row}: a pass with less than most fails have, or "
        "a fail with more than most passes.",
        "{n:,} grades contradict '{column}' beside them, first in row {row}: passes with less than most "
        "fails have, or fails with more than most passes.",
    ),
    "score_contradicted": (
        "'{column}' contradicts the score beside it, in row {row}; it counts as the tool says.",
        "'{column}' contradicts the score beside it in {n:,} rows, first in row {row}; it counts as the tool "
        "says.",
    ),
    "several_grades": (
        "One output has several different grades by “{who}”, of which {counts} counts.",
        "{n:,} outputs have several different grades by “{who}”, of which {counts} counts.",
    ),
    "of_no_criterion": (
        "One grade was not taken: '{column}' is empty beside it, so it is not known which criterion it is "
        "of.",
        "{n:,} grades were not taken: '{column}' is empty beside them, so it is not known which criterion "
        "they are of.",
    ),
    "replaced_grades": (
        "One grade takes the place of a different one that came under “{who}” before. If another person gave "
        "it, take this import back and say who graded.",
        "{n:,} grades take the place of different ones that came under “{who}” before. If another person "
        "gave them, take this import back and say who graded.",
    ),
    "two_scales": (
        "'{column}' seems to mix two scales: {low:,} rows up to 1 and {high:,} above 10. Bring them to one "
        "before a limit is set."
    ),
    "maybe_totals": (
        "Row {rows} may be a total and is read as an output: if it is one, delete it from the file first.",
        "Rows {rows} may be totals and are read as outputs: if so, delete them from the file first.",
    ),
    "maybe_instructions": (
        "Row {row}, the first one, seems to say how to fill in the others (“{text}”) and is read as an "
        "output: if it does, delete it from the file first."
    ),
    "maybe_below": (
        "Row {row}, the last one, holds nothing but “{text}” and is read as an output: if it is a remark "
        "below the table, delete it from the file first."
    ),
    "hidden_rows": (
        "A hidden row, {rows}, is read like the others.",
        "{n:,} hidden rows are read like the others: {rows}.",
    ),
    "cell_colours": (
        "The colour of one cell is read as the column '{column}'.",
        "The colours of {n:,} cells are read as the column '{column}'.",
    ),
    "cell_comments": (
        "The comment on one cell is read as the column '{column}'.",
        "The comments on {n:,} cells are read as the column '{column}'.",
    ),
    "cell_notes": "The texts behind the verdicts in '{column}' are read as their notes.",
    "column_empty": (
        "The column '{column}' is empty. If it holds formulas, open the file in Excel or LibreOffice, save "
        "it there as .xlsx, and import that."
    ),
    "header_in_line": "The header was found in line {line}.",
    "formulas_empty": (
        "A formula in '{column}' was saved without its value and read as empty, in row {rows}. Open the file "
        "in Excel or LibreOffice, save it there, and import it again.",
        "{n:,} formulas in '{column}' were saved without their values and read as empty, in rows {rows}. "
        "Open the file in Excel or LibreOffice, save it there, and import it again.",
    ),
    "cells_in_error": (
        "A cell in '{column}' holds an error like #N/A and was read as empty, in row {rows}.",
        "{n:,} cells in '{column}' hold errors like #N/A and were read as empty, in rows {rows}.",
    ),
    "offered": (
        "The column '{column}' looks like grades and was not taken: {values}. Take it with --grades "
        '"overall={column}" (of a judge --verdicts, of a product\'s users --feedback "NAME={column}"), and '
        "say what its values mean (--passes, --fails, --passes-from, --passes-to)."
    ),
    "offered_entries": (
        "'{column}' holds several values in a row, some of which look like grades ({columns}), and none was "
        "taken, as it is not known whose they are. Where each is one person's, take them with --grades "
        '"overall@PERSON={first}" and so on; else first make a table with a row for each.'
    ),
    "more_offers": (
        "One more column looks like grades: {columns}.",
        "{n:,} more columns look like grades: {columns}.",
    ),
    "brought_twice": (
        "One grade stands in the file again, by the same person of the same output, and counts once.",
        "{n:,} grades stand in the file again, by the same person of the same output, and count once.",
    ),
    "brought_other": (
        "One grade gives way to a different one by the same person of the same output.",
        "{n:,} grades give way to different ones by the same person of the same output.",
    ),
    "brought_apart": (
        "One grade stands in a row that was kept apart.",
        "{n:,} grades stand in rows that were kept apart.",
    ),
    "notes_lost": (
        "One note stands beside no grade and has no place in the details of its output, so it was not kept: "
        "row {rows}.",
        "{n:,} notes stand beside no grade and have no place in the details of their outputs, so they were "
        "not kept: rows {rows}.",
    ),
    "brought_known": ("One grade was there from before.", "{n:,} grades were there from before."),
    "brought_nothing": ("One value counts as no grade.", "{n:,} values count as no grade."),
    "offered_feedback": (
        "The column '{column}' looks like user feedback and was not taken: {values}. "
        'Take it with --feedback "{column}={column}"; if experts gave it, with --grades '
        '"overall={column}".'
    ),
    "not_taken": (
        "{word} '{column}' was not taken: it is not known what its values mean: {values}. Say it with "
        '--passes, --fails, --passes-from or --passes-to "{column}=N".'
    ),
    "other_outputs": (
        "'{column}' may hold the outputs as well; they were read from '{output}'. If it is the other way "
        'round, name it: --map "output={column}".'
    ),
    "newest_first": (
        "Each row is a message of a chat, and newer ones stand before older ones: sort the file by "
        "conversation and time, the oldest message first."
    ),
    "rows_are_messages": (
        "Each row is a message of a chat, and it is not known which conversation it belongs to: read a file "
        "of one conversation as a chat log, or name the column of the outputs."
    ),
    "no_output": "It is not known which column holds the outputs: name it with --map output=COLUMN.",
    "no_meaning": (
        "Feedback '{column}' is kept without a meaning where it is {values}. Say it with --passes, --fails "
        'or --unsure "{column}=VALUE", of numbers with --passes-from or --passes-to "{column}=N", and '
        "import the file again."
    ),
}
