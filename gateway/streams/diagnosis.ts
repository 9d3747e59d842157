/**
 * What ffmpeg's complaints mean, as codes of ours. ffmpeg exits 0 when a camera dies, so exit codes say
 * nothing.
 */
import type { FaultCode } from '../kit/catalogue.ts'
import { redact } from '../kit/errors.ts'

export interface Diagnosis {
  readonly code: FaultCode
  readonly reason: string
}

/** First match wins; the order is from the surest sign to the vaguest. */
const SIGNS: readonly (readonly [RegExp, FaultCode])[] = [
  [/\b401\b|\b403\b|authorization failed/i, 'CAMERA_REFUSED'],
  [/\b404\b|\b454\b/, 'CAMERA_NOT_FOUND'],
  [/\b461\b|nonmatching transport/i, 'CAMERA_TRANSPORT'],
  [/refused|unreachable|no route|timed out|failed to resolve|not known|reset by peer/i, 'CAMERA_UNREACHABLE'],
  [
    /matches no streams|could not find (tag|codec)|dimensions not set|does not contain any stream/i,
    'CAMERA_NOT_VIDEO',
  ],
  // A stream that ffmpeg cannot read: AVERROR_INVALIDDATA, AVERROR_PATCHWELCOME, a missing feature, and kin.
  [/invalid data|unsupported|not supported|patches welcome|update your ffmpeg/i, 'CAMERA_NOT_VIDEO'],
]

/** The lines a process printed; `wasOnline` tells a camera that went from one that never came. */
export function diagnose(lines: readonly string[], wasOnline: boolean): Diagnosis {
  for (const [sign, code] of SIGNS) {
    const line = lines.findLast((each) => sign.test(each))
    if (line !== undefined && !(wasOnline && code === 'CAMERA_NOT_VIDEO')) return { code, reason: tidy(line) }
  }
  const last = tidy(lines.at(-1) ?? '')
  if (wasOnline) return { code: 'CAMERA_CLOSED', reason: last || 'end of stream' }
  return { code: 'CAMERA_UNREACHABLE', reason: last || 'no answer' }
}

/** Without ffmpeg's `[rtsp @ 0x55…]` and without credentials. */
function tidy(line: string): string {
  return redact(line.replace(/^(\[[^\]]*\]\s*)+/, '').trim()).slice(0, 200)
}
