/**
 * Recordings that were judged by a list of people that was too old, judged again by a fresh one: certificates may have
 * ended, or been renewed, while nobody heard of it [R53, R55].
 *
 *     PEOPLE_STALE ─▶ list synced ─▶ recorder and whoever lifts a limit: certified on that day? ─▶ limits anew
 */
import type { BodyCamPerson, BodyCamRecording } from './recording.ts'
import { capsOf, isCertified, lifted } from './standing.ts'

export const STALE = 'PEOPLE_STALE'
const ENDED = 'CERTIFICATE_NOT_IN_FORCE'

export function judgedAgain(
  recording: BodyCamRecording,
  people: readonly BodyCamPerson[],
  offsetMinutes: number,
): BodyCamRecording {
  const { capReasons, capLifts = [], personId, roleAtRecording, rankAtRecording } = recording
  const startMs = Date.parse(recording.startAt)
  const wasCertified = (id: string | null): boolean => {
    const person = people.find((one) => one.personId === id)
    return person !== undefined && isCertified(person, startMs, offsetMinutes)
  }
  const certValid = wasCertified(personId)
  const isOfficer = roleAtRecording === 'OFFICER' && certValid
  const found = [...capReasons, ...capLifts.flatMap((lift) => lift.lifted)].filter(
    (reason) => reason !== STALE && !(reason === ENDED && isOfficer),
  )
  if (rankAtRecording === 'OFFICER' && !certValid) found.push(ENDED)
  const caps = lifted(
    capsOf(found),
    capLifts.filter((lift) => wasCertified(lift.personId)),
  )
  const isRanked = isOfficer && !found.includes('AUXILIARY_ALONE')
  return {
    ...{ ...recording, ...caps, certValidAtRecording: certValid },
    rankAtRecording: isRanked ? 'OFFICER' : 'AUXILIARY',
    coPresentOfficerIds: recording.coPresentOfficerIds.filter(wasCertified),
  }
}
