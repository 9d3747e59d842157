/**
 * What a recording is worth at most, by who made it.
 *
 *     certified officer, certificate in force, clock known      ─▶ CANDIDATE
 *     auxiliary (协管) alone, or an officer without certificate ─▶ LEAD
 *     … with a certified officer beside them                    ─▶ CANDIDATE
 *
 * The role that counts is the lower of what the device says and what the register says: nobody is promoted by
 * typing [R48, R53, R54].
 */
import type { BodyCamPerson, RecordingDetails } from './recording.ts'

/** The clock of evidence may be off by so much (GA/T 947 asks for one second). */
const CLOCK_OFFSET_MAX_MS = 1000

export interface Standing {
  readonly certValid: boolean
  readonly coPresent: readonly BodyCamPerson[]
  readonly cap: 'LEAD' | 'CANDIDATE'
  readonly reasons: readonly string[]
}

export function standingOf(
  details: RecordingDetails,
  person: BodyCamPerson,
  people: readonly BodyCamPerson[],
): Standing {
  const certValid = isCertified(person, details.startAt)
  const coPresent = details.coPresent.flatMap((userNo) => {
    const other = personByNumber(people, userNo)
    return other && other !== person && isCertified(other, details.startAt) ? [other] : []
  })
  const reasons: string[] = []
  const isOfficer = person.role === 'OFFICER' && details.roleAtRecording === 'OFFICER'
  if (coPresent.length === 0 && !isOfficer) reasons.push('AUXILIARY_ALONE')
  if (coPresent.length === 0 && isOfficer && !certValid) reasons.push('CERTIFICATE_NOT_IN_FORCE')
  const { clockOffsetMs } = details
  if (clockOffsetMs === undefined) reasons.push('CLOCK_UNCHECKED')
  else if (Math.abs(clockOffsetMs) > CLOCK_OFFSET_MAX_MS) reasons.push('CLOCK_OFF')
  return { certValid, coPresent, cap: reasons.length === 0 ? 'CANDIDATE' : 'LEAD', reasons }
}

export function personByNumber(people: readonly BodyCamPerson[], userNo: string): BodyCamPerson | undefined {
  return people.find((person) => person.badgeNo === userNo || person.personId === userNo)
}

/** Days are compared as text, in the offset the recording's own time is written in. */
function isCertified({ role, certNo, certValidFrom, certValidTo }: BodyCamPerson, at: string): boolean {
  const day = at.slice(0, 10)
  if (role !== 'OFFICER' || !certNo || !certValidTo) return false
  return day <= certValidTo && (certValidFrom === undefined || day >= certValidFrom)
}
