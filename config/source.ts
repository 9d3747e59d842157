/**
 * A YAML file as text, as values with its secrets filled in, and as lines for pointing at.
 *
 *     url: rtsp://user:${CAM1_PASSWORD}@host/main      from the environment
 *     password: {file: /run/secrets/broker}            from a file, without its last line break, wherever a text may stand
 *
 * Where a secret was filled in is remembered: such a value is never shown and never hashed, its place is.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { type Fault, fault, reasonOf, redact } from '../gateway/kit/errors.ts'

export type Path = readonly (string | number)[]
export type Env = Readonly<Record<string, string | undefined>>

/** A configuration is written by hand; more than this is a mistake or an attack. */
const BYTES_MAX = 4 * 1024 * 1024
const ALIASES_MAX = 100
const SECRET_KEY = /password|passphrase|secret|token|privatekey/i
const SHOWN_CHARS = 80

/** A fault and where it stands; a path decides what has to be left out. */
export interface Finding {
  readonly path: Path
  readonly fault: Fault
}

export class Source {
  readonly file: string
  readonly findings: Finding[] = []
  /** Values with secrets filled in; undefined when the file could not be read as YAML. */
  readonly values: unknown
  readonly #wantsText: (path: Path) => boolean
  readonly #document: Document | undefined
  readonly #lines = new LineCounter()
  /** `cameras.0.url` ─▶ what stood there before its secret was filled in. */
  readonly #templates = new Map<string, unknown>()

  /** @param wantsText whether the option at a path is a text, so that `{file: …}` there means a secret */
  constructor(file: string, env: Env, wantsText: (path: Path) => boolean) {
    this.file = file
    this.#wantsText = wantsText
    const text = this.#read()
    if (text === undefined) return
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    for (const error of this.#document.errors) this.#fail(error.pos[0], error.message)
    if (this.findings.length > 0) return
    try {
      this.values = this.#fill(this.#document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {}, [], env)
    } catch (error) {
      this.#fail(0, reasonOf(error)) // Too many aliases, or an alias of nothing.
    }
  }

  /** The line on which the value of a path stands, or the nearest thing above it that is there. */
  line(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#document?.getIn(path.slice(0, length), true)
      const at = (node as { range?: [number, number, number] } | undefined)?.range?.[0]
      if (at !== undefined) return this.#lines.linePos(at).line
    }
    return 1
  }

  /** What every sentence about a place begins with. */
  at(path: Path): { file: string; line: number; path: string } {
    return { file: this.file, line: this.line(path), path: pathText(path) }
  }

  /** A value as it may be shown: short, on one line, secrets blotted out. */
  show(path: Path): string {
    const value = valueAt(this.values, path)
    if (value === undefined) return 'missing'
    const blotted = mapLeaves(value, path, (leaf, at) =>
      this.#templates.has(at.join('.')) || this.isSecret(at) ? '***' : leaf,
    )
    const text = redact(JSON.stringify(blotted))
    return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text
  }

  /** What stands in the file where a secret was filled in; undefined elsewhere. */
  template(path: Path): unknown {
    return this.#templates.get(path.join('.'))
  }

  /** Named like one, or inside of something named like one. */
  isSecret(path: Path): boolean {
    return path.some((step) => SECRET_KEY.test(String(step)))
  }

  #read(): string | undefined {
    try {
      const bytes = readFileSync(this.file)
      if (bytes.length > BYTES_MAX) throw new Error(`larger than ${BYTES_MAX} bytes`)
      return bytes.toString('utf8')
    } catch (error) {
      const reason = reasonOf(error)
      this.findings.push({ path: [], fault: fault('CONFIG_UNREADABLE', { file: this.file, reason }, error) })
      return undefined
    }
  }

  #fail(at: number, reason: string): void {
    const { line } = this.#lines.linePos(at)
    this.findings.push({ path: [], fault: fault('CONFIG_INVALID_YAML', { file: this.file, line, reason }) })
  }

  #fill(value: unknown, path: Path, env: Env): unknown {
    if (typeof value === 'string') return this.#fillText(value, path, env)
    if (Array.isArray(value)) return value.map((one, index) => this.#fill(one, [...path, index], env))
    if (value === null || typeof value !== 'object') return value
    const entries = Object.entries(value)
    const [key, name] = entries[0] ?? []
    const alone = entries.length === 1 && key === 'file' && typeof name === 'string'
    if (alone && this.#wantsText(path)) return this.#fillFile(name, path)
    return Object.fromEntries(entries.map(([key, one]) => [key, this.#fill(one, [...path, key], env)]))
  }

  #fillText(text: string, path: Path, env: Env): string {
    return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
      this.#templates.set(path.join('.'), text)
      const value = env[name]
      if (value !== undefined && value !== '') return value
      this.#missing(path, name, 'not set in the environment')
      return whole
    })
  }

  #fillFile(name: string, path: Path): string {
    this.#templates.set(path.join('.'), `{file: ${name}}`)
    try {
      return readFileSync(resolve(dirname(this.file), name), 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      this.#missing(path, name, reasonOf(error))
      return ''
    }
  }

  #missing(path: Path, name: string, reason: string): void {
    this.findings.push({ path, fault: fault('SECRET_MISSING', { ...this.at(path), name, reason }) })
  }
}

/** `cameras[0].zones[1].polygon` */
export function pathText(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return text === '' ? 'the whole file' : text.replace(/^\./, '')
}

export function valueAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null)?.[step],
    values,
  )
}

export function mapLeaves(
  value: unknown,
  path: Path,
  change: (leaf: unknown, path: Path) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map((one, index) => mapLeaves(one, [...path, index], change))
  if (value === null || typeof value !== 'object') return change(value, path)
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapLeaves(one, [...path, key], change)]),
  )
}
