/**
 * The world's faults, each declared once in `catalogue.ts` with what happened, what the gateway does next and
 * what the operator can do, in English and Chinese.
 *
 *     throw fault('CAMERA_REFUSED', { camera: 'cam-1' })
 *       ─▶ log line, CLI line on stderr, `fault` member of a message: all by the same code
 *
 * Values are shown in the sentence; credentials never are (`redact`).
 */
import { CATALOGUE, type FaultCode } from './catalogue.ts'

export type Language = 'en' | 'zh'
export type FaultValues = Readonly<Record<string, string | number | boolean | null | undefined>>

export class Fault extends Error {
  readonly code: FaultCode
  readonly values: FaultValues

  constructor(code: FaultCode, values: FaultValues = {}, cause?: unknown) {
    super(sentence(code, values, 'en'), cause === undefined ? undefined : { cause })
    this.name = 'Fault'
    this.code = code
    this.values = values
  }

  /** One line for people: code, what, next, todo. */
  explain(language: Language): string {
    return `${this.code}: ${sentence(this.code, this.values, language)}`
  }
}

export function fault(code: FaultCode, values: FaultValues = {}, cause?: unknown): Fault {
  return new Fault(code, values, cause)
}

export function isFault(error: unknown, code?: FaultCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code)
}

/** Any thrown thing as one short line without credentials. */
export function reasonOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error))
}

/** Hides user and password of every URL in a text: ffmpeg prints camera URLs with them on stderr. */
export function redact(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:?[^\s/]*@/gi, '$1***@')
}

function sentence(code: FaultCode, values: FaultValues, language: Language): string {
  const { what, next, todo } = CATALOGUE[code][language]
  const whole = [what, next, todo].filter((part) => part !== '').join(' ')
  return redact(whole.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?')))
}
