// What travels between Python and the browser (labelcore/stages/grading/card.py has the same in
// Python), and what the modules hand each other. Read by `make browser` only.

type Value = "pass" | "fail" | "unsure" | "skipped" | "undone" | "left" | "right" | "tie";
/** A text, or the beginning of one that was too long. */
type Sent = string | { text: string; left_out: number };
type Say = (name: string, values?: Record<string, unknown>) => string;
type Mode = "grading" | "empty" | "finished" | "loading";
type State = "ready" | "saving" | "saved" | "failing";
type NoteKind = "fail" | "note" | "edit";
type Keys = Record<string, string>;

interface Span { part: "output" | "shown"; text: string; start: number; end: number }
interface Answer { value: Value; level?: number | null }
interface Extras { spans?: Span[]; corrected_text?: string | null }
interface Grade extends Answer, Extras { note?: string; client_id: string | null }
interface Part { id: string; version: number | null; field?: string; name: string; severity: string; statement: string; required?: boolean }
interface Choice { name: string; value: Value; level: number | null }
interface Turn { role: string; name: string; content: Sent; calls: [string, Sent][] }
interface Term { term: string; meaning: string }
interface Suggestion { value: "pass" | "fail"; reason: string }

interface Item {
  output_id: string;
  position: number;
  text: Sent;
  input: Sent;
  context: Sent;
  other: Sent | null;
  reference: Sent;
  conversation: Turn[];
  fields: { pointer: string; value: string }[];
  terms: Term[];
  terms_key: string;
  metadata: Record<string, string>;
  reason_for_pick: string;
  current: Grade | null;
  suggestion: Suggestion | null;
  marks: Record<string, Grade | null>;
  /** Near-identical outputs that get the same grade. */
  alike?: Sent[];
  /** What others gave, where the person looks again and may see it. */
  opinions?: Opinion[];
}

/** One press as it is sent; `at` is the moment at which it was kept. */
interface Press extends Answer, Extras {
  client_id: string;
  output_id: string;
  note: string;
  seconds: number | null;
  shown_at: string;
  supersedes: string | null;
  criterion_id: string | null;
  criterion_version: number | null;
  field: string | null;
  judge_shown?: boolean;
  agreed?: boolean;
  at?: number;
}
/** A press in an offline pack. */
interface Stored extends Omit<Press, "at"> { at: string }
interface Payload { events: Press[]; have: string[] }
type Trigger = (name: string, payload: Payload) => void;
interface PressRoute { path: string; token: string }

/** What the lead tells those who grade, by language. */
interface Guideline {
  key: string;
  texts: Record<string, string>;
  versions: Record<string, number>;
  examples: { value: "pass" | "fail"; why: string; text: string }[];
}
interface GuidelineShown { guideline: Guideline; language: string; messages: Record<string, string> }

interface Setting {
  annotator: string;
  project: string;
  language: string;
  criteria: Part[];
  scale: { name: string; value: Value }[];
  compare: boolean;
  suggest_first: boolean;
  phrases?: string[];
  asked_version: number | null;
  /** Null: the one that the card has. */
  guideline: Guideline | null;
  /** The newest version that the person was told, on whatever device. */
  guideline_seen?: number;
}
/** The outputs that a card is told of, and where it stands. */
interface Outputs {
  items: Item[];
  place: number;
  total: number;
  done: number;
  epoch?: string | null;
  stamp?: number;
}
/** Why there is nothing to grade now. */
interface Waiting { kind: string; says: string; next_step: string }
interface News extends Setting, Outputs {
  acknowledged: string[];
  refused: Record<string, string>;
  messages: Record<string, string> | null;
  pace?: string;
  told?: string;
  page?: string;
  waiting?: Waiting | null;
  session?: string;
  route?: PressRoute | null;
}
/** What one person gave a subject; `name` is "" of the whole. */
interface OpinionGrade { name: string; value: Value; level: string; note: string; spans: Pick<Span, "part" | "text">[]; corrected: boolean }
interface Opinion { person: string; whole: Omit<OpinionGrade, "name"> | null; parts: OpinionGrade[]; earlier: OpinionGrade[] }
interface SideBySide { item: Item; opinions: Opinion[]; language: string; messages: Record<string, string> }
interface ConflictNews extends SideBySide {
  id: string;
  actions: string[];
  comments: { author: string; when: string; text: string }[];
  criteria: { id: string; name: string }[];
  ruling: { value: string; words: string; reason: string } | null;
  place: number;
  total: number;
  refused: string;
  done: string;
}
type ConflictTrigger = (name: "acted", payload: { id: string; conflict: string; kind: string; words: string; about: string }) => void;
interface Shown { item: Item; language: string; messages: Record<string, string> }
/** One act of a person on an output, which undo takes back. */
interface Act { output_id: string; ids: string[]; before: Grade | null; value: Value; level?: number | null; part?: string }

interface TextOptions { say: Say; taste: Map<string, string>; foldAt: number; against?: string }
interface NoteActs { save: (text: string) => void; leave: () => void; draft: (text: string) => void }
interface Passage { text: string; source: string; score: string }
interface Piece { kind: "same" | "gone" | "new"; text: string }
interface Mark { start: number; end: number; meaning: string }
interface Rule { meaning: string; pattern: RegExp }
/** Lines of Markdown that were read as one block, and the line after it. */
interface Block { node: HTMLElement; next: number }

interface Quote { grade_id: string; text: string; marked: boolean; sure: string }
interface Code { id: string; label: string; state: string; counts: string; sure: string; quotes: Quote[]; more: number }
interface Thing { key: string; kind: "code" | "quote"; code: Code; quote?: Quote }
interface Place extends Thing { column: number; row: number; element: HTMLElement }
interface BoardAct { id?: string; kind: "merge" | "move" | "undo"; target: string; sources: string[]; grade_id?: string; text?: string; news: string }
interface BoardNews { words: Record<string, string>; codes: Code[]; undo: { id: string; says: string } | null; done: string[]; refused: Record<string, string> }
type BoardTrigger = (name: string, payload: { acts: Omit<BoardAct, "news">[] }) => void;

interface JudgesRate { value: number | null; low: number | null; high: number | null; short: string; words: string }
interface JudgesRow {
  id: string;
  judge: string;
  catches: JudgesRate;
  alarms: JudgesRate;
  n: string;
  cost: string;
  states: { kind: string; words: string }[];
  seen: boolean;
  open: boolean;
}
interface JudgesNews { words: Record<string, string>; groups: { criterion: string; rows: JudgesRow[] }[] }
type JudgesTrigger = (name: string, payload: { id: string }) => void;

interface CriteriaRow {
  id: string;
  name: string;
  severity: { kind: string; words: string };
  state: { kind: string; words: string } | null;
  notes: string;
  judge: { words: string; more: string };
  live: boolean;
  open: boolean;
}
/** What Streamlit says in English, and what is said instead. */
interface MenuNews { language: string; words: Record<string, string> }
interface CriteriaNews { words: Record<string, string>; rows: CriteriaRow[] }
type CriteriaTrigger = (name: string, payload: { kind: "open" | "merge"; target: string; source?: string }) => void;

interface PromptSlot { name: string; words: string }
interface PromptNews { words: Record<string, string>; system: string; user: string; epoch: string; slots: PromptSlot[] }
interface PromptText { epoch: string; system: string; user: string }
type PromptSetter = (name: "draft", payload: PromptText) => void;
type PromptTrigger = (name: "asked", payload: PromptText) => void;
