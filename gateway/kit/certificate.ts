/** Certificates on disk: when they end. Renewing takes people, so it is said early. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Fault, fault, reasonOf } from './errors.ts'

const MS_PER_DAY = 86_400_000

export interface CertificateTerm {
  readonly file: string
  readonly endsMs: number
  /** That it ends within `daysMin`. */
  readonly problem: Fault | null
}

/** @throws CERTIFICATE_BAD when it cannot be read */
export function certificateTerm(file: string, nowMs: number, daysMin: number): CertificateTerm {
  let endsMs: number
  try {
    endsMs = Date.parse(new X509Certificate(readFileSync(file)).validTo)
  } catch (error) {
    throw fault('CERTIFICATE_BAD', { file, reason: reasonOf(error) }, error)
  }
  const day = new Date(endsMs).toISOString().slice(0, 10)
  const isLate = endsMs - nowMs <= daysMin * MS_PER_DAY
  return { file, endsMs, problem: isLate ? fault('CERTIFICATE_BAD', { file, reason: `ends ${day}` }) : null }
}
