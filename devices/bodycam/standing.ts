/**
 * What a recording is worth at most, by who made it.
 *
 *     certified officer, certificate in force, clock known      ─▶ CANDIDATE
 *     auxiliary (协管) alone, or an officer without certificate ─▶ LEAD
 *     … and a certified officer was there                       ─▶ CANDIDATE, and the record says who lifts it
 *
 * The role that counts is the lower of what the device says and what the register says, and a certificate that was not
 * in force on the day makes an officer an auxiliary: nobody is promoted by typing. Who was there is named with the
 * upload, shown by a recording of his own (`paired.ts`), or confirms it afterwards [R48, R53, R54].
 */
import { between, localDay } from '../../gateway/kit/calendar.ts'
import type { CapLift } from './notes.ts'
import type { BodyCamPerson, BodyCamRecording, RecordingDetails } from './recording.ts'

/** The clock of evidence may be off by so much (GA/T 947 asks for one second). */
const CLOCK_OFFSET_MAX_MS = 1000
/** Limits that hang on who recorded: an officer beside him lifts them. */
const LIFTABLE = ['AUXILIARY_ALONE', 'CERTIFICATE_NOT_IN_FORCE']

export interface StandingFacts {
  readonly details: Pick<RecordingDetails, 'roleAtRecording' | 'coPresent'>
  /** Null: nobody knows who recorded. */
  readonly person: BodyCamPerson | null
  readonly people: readonly BodyCamPerson[]
  /** Corrected start, and the offset of the place, whose days count. */
  readonly startMs: number
  readonly offsetMinutes: number
  readonly clock: { readonly offsetMs: number; readonly uncertaintyMs: number } | null
  /** What else limits it. */
  readonly extra: readonly string[]
}

/** The limits of a recording and what lifts some of them. */
export type Caps = Required<Pick<BodyCamRecording, 'evidenceCap' | 'capReasons' | 'capLifts'>>

export interface Standing extends Caps {
  /** The role that counts. */
  readonly rank: 'OFFICER' | 'AUXILIARY'
  readonly certValid: boolean
  readonly coPresent: readonly BodyCamPerson[]
}

export function standingOf(facts: StandingFacts): Standing {
  const { details, person, people, startMs, offsetMinutes, clock, extra } = facts
  const certValid = person !== null && isCertified(person, startMs, offsetMinutes)
  const isOfficer = person?.role === 'OFFICER' && details.roleAtRecording === 'OFFICER'
  const reasons = [...(isOfficer ? [] : ['AUXILIARY_ALONE'])]
  if (isOfficer && !certValid) reasons.push('CERTIFICATE_NOT_IN_FORCE')
  reasons.push(...clockReasons(clock), ...extra)
  const named = new Set(details.coPresent.map((userNo) => personByNumber(people, userNo)))
  const coPresent = [...named].filter(
    (other) => other !== undefined && other !== person && isCertified(other, startMs, offsetMinutes),
  ) as BodyCamPerson[]
  const lifts = coPresent.map(({ personId, name }) => ({ code: 'OFFICER_NAMED', personId, name }) as const)
  const rank = isOfficer && certValid ? 'OFFICER' : 'AUXILIARY'
  return { rank, certValid, coPresent, ...lifted(capsOf(reasons), lifts) }
}

/** Every limit makes a lead. */
export function capsOf(reasons: readonly string[], capLifts: readonly CapLift[] = []): Caps {
  const capReasons = [...new Set(reasons)]
  return { evidenceCap: capReasons.length === 0 ? 'CANDIDATE' : 'LEAD', capReasons, capLifts }
}

/** Notes why limits fall; unchanged when there are none that an officer lifts. */
export function lifted(caps: Caps, lifts: readonly Omit<CapLift, 'lifted'>[]): Caps {
  const gone = caps.capReasons.filter((reason) => LIFTABLE.includes(reason))
  const [first] = lifts
  if (gone.length === 0 || first === undefined) return caps
  const rest = caps.capReasons.filter((reason) => !LIFTABLE.includes(reason))
  return capsOf(rest, [...caps.capLifts, ...lifts.map((lift) => ({ ...lift, lifted: gone }))])
}

export const isLiftable = ({ capReasons }: Pick<BodyCamRecording, 'capReasons'>): boolean =>
  capReasons.some((reason) => LIFTABLE.includes(reason))

export function personByNumber(people: readonly BodyCamPerson[], userNo: string): BodyCamPerson | undefined {
  return people.find((person) => person.badgeNo === userNo || person.personId === userNo)
}

/** On the local day of the box. */
export function isCertified(person: BodyCamPerson, wallMs: number, offsetMinutes: number): boolean {
  const { role, certNo, certValidFrom, certValidTo } = person
  if (role !== 'OFFICER' || !certNo || !certValidTo) return false
  return between(localDay(wallMs, offsetMinutes), certValidFrom, certValidTo)
}

function clockReasons(clock: StandingFacts['clock']): string[] {
  if (clock === null) return ['CLOCK_UNCHECKED']
  if (Math.abs(clock.offsetMs) > CLOCK_OFFSET_MAX_MS) return ['CLOCK_OFF']
  return clock.uncertaintyMs > CLOCK_OFFSET_MAX_MS ? ['CLOCK_CHECK_OLD'] : []
}
