/**
 * The error catalogue. One entry a code, sorted by the room that raises it; `docs/errors.md` is generated from it
 * and a test checks that every code is raised somewhere and documented.
 *
 * `what` happened, what the gateway does `next`, what the operator can do (`todo`). `{name}` is replaced by a value.
 */
interface Sentence {
  readonly what: string
  readonly next: string
  readonly todo: string
}
interface Entry {
  readonly en: Sentence
  readonly zh: Sentence
}

const entry = (en: [string, string, string], zh: [string, string, string]): Entry => ({
  en: { what: en[0], next: en[1], todo: en[2] },
  zh: { what: zh[0], next: zh[1], todo: zh[2] },
})

export const CATALOGUE = {
  // ── command line ──────────────────────────────────────────────────────────────────────────────
  USAGE: entry(
    ['{reason}.', 'Nothing was done.', 'See `lushao {command} --help`.'],
    ['{reason}。', '未执行任何操作。', '请查看 `lushao {command} --help`。'],
  ),
  FILE_UNREADABLE: entry(
    ['The file {path} cannot be read ({reason}).', 'It is skipped.', 'Check the path and its permissions.'],
    ['文件 {path} 无法读取（{reason}）。', '已跳过。', '请检查路径和权限。'],
  ),

  // ── streams ───────────────────────────────────────────────────────────────────────────────────

  // ── frames ────────────────────────────────────────────────────────────────────────────────────

  // ── detections and models ─────────────────────────────────────────────────────────────────────

  // ── violations ────────────────────────────────────────────────────────────────────────────────

  // ── evidence ──────────────────────────────────────────────────────────────────────────────────

  // ── alerts, outbox, mqtt ──────────────────────────────────────────────────────────────────────

  // ── http, console, body-cam uploads ───────────────────────────────────────────────────────────

  // ── config ────────────────────────────────────────────────────────────────────────────────────

  // ── box, simulators, set-up ───────────────────────────────────────────────────────────────────
} as const satisfies Record<string, Entry>

export type FaultCode = keyof typeof CATALOGUE
