/**
 * Tells what happens at the three cameras, a line a step, in the order in which the platform hears of it.
 *
 *     cam-1  PENDING_REVIEW  疑似无照经营游商: suspected, a person is to look at it
 *     cam-1                  The loudspeaker: “您好，我是…” The vendor has 45 s.
 *     cam-1  SELF_CORRECTED  the vendor has put it right without anybody coming
 */
import type { Alert } from '../platform/case-book.ts'
import { DEMO_CAMERAS, type DemoCamera, isDemoCamera, STORIES } from './stories.ts'
import type { DemoStreet } from './street.ts'

const STEPS: Readonly<Record<string, string>> = {
  PENDING_REVIEW: 'suspected, a person is to look at it',
  VERIFIED: 'a person at the platform has verified it',
  PERSUADING: 'the vendor has been spoken to and has time to put it right',
  RECHECKING: 'the box looks again',
  SELF_CORRECTED: 'the vendor has put it right without anybody coming',
  PERSISTING: 'the vendor is still there',
  DISPATCHED: 'an officer is sent',
  ON_SITE: 'the officer is there, the body-cam’s recording has come in',
  ORDERED: 'the officer, certificate shown, orders the vendor to leave',
  CORRECTED: 'it is put right',
  CLOSED: 'closed',
}
const RESULTS: Readonly<Record<string, string>> = {
  LEFT: 'the vendor has left',
  CORRECTED: 'it has been cleared',
  PARTIAL: 'some of it has been cleared',
  IGNORED: 'nothing has changed',
  UNKNOWN: 'it could not be seen',
}

/** What is told of a notice. */
interface Notice {
  readonly cameraId: string
  readonly text: string
  readonly deliveryStatus: string
  readonly reason: string | null
  readonly correctionMin: number
  readonly result: string | null
}

/** What is told of a body-cam's recording. */
interface Recording {
  readonly change: string
  readonly deviceSerial: string
  readonly userName: string | null
  readonly video: { readonly durationSec: number } | null
  readonly evidenceCap: string
  readonly quarantine: { readonly en: string } | null
  readonly linkedEventIds: readonly string[]
}

/** @returns resolves when the act at every camera is closed */
export function tellStories({ platform }: DemoStreet, say: (line: string) => void): Promise<void> {
  const lines = (camera: string, state: string, words: string) =>
    say(`${camera}  ${state.padEnd(STATE_WIDTH)} ${words}`)
  const toldStates = new Map<string, string>()
  const closed = new Set<DemoCamera>()
  return new Promise((resolve) => {
    platform.on('acknowledged', (alert) => {
      const { cameraId, eventId, alertState, phase, durationSec } = alert
      const now = `${alertState} ${phase === 'END' ? 'over' : ''}`
      const before = toldStates.get(eventId)
      if (now === before) return
      toldStates.set(eventId, now)
      if (before?.startsWith(`${alertState} `)) {
        lines(cameraId, '', `Nothing is left there; it has lasted ${Math.round(durationSec)} s.`)
      } else lines(cameraId, alertState, wordsOf(alert))
      if (alertState !== 'CLOSED' || !isDemoCamera(cameraId)) return
      closed.add(cameraId)
      if (closed.size === DEMO_CAMERAS.length) resolve()
    })
    platform.on('asked', ({ command, args }) => {
      if (command !== 'persuade') return
      const alert = platform.alerts().find(({ eventId }) => eventId === args.eventId)
      lines(alert?.cameraId ?? '', '', 'The platform asks for another notice.')
    })
    platform.on('answered', ({ command, args }, ok, reason) => {
      if (!ok) say(`Refused: ${command} of ${args.eventId}: ${reason}`)
    })
    platform.on('news', ({ topic, data }) => {
      if (topic.split('/')[4] !== 'persuasion') return
      const notice = data as Notice
      const words = wordsOfNotice(notice)
      if (words !== null) lines(notice.cameraId, '', words)
    })
  })
}

/** One line a package, in the order in which the platform has checked them. */
export function tellDeliveries({ inbox, platform }: DemoStreet, say: (line: string) => void): void {
  inbox.on('receipt', (_gateway, { packageId, verified }) => {
    if (verified !== 'all') return
    const isOf = (alert: Alert) => alert.evidence?.packageId === packageId
    const camera = platform.alerts().find(isOf)?.cameraId ?? 'Evidence'
    say(`${camera}  Its evidence package ${packageId} has reached the platform, which has verified it.`)
  })
}

/** What becomes of what the body-cam brought home. */
export function tellRecordings({ platform }: DemoStreet, say: (line: string) => void): void {
  platform.on('news', ({ topic, data }) => {
    if (topic.split('/')[4] !== 'bodycam') return
    const words = wordsOfRecording(data as Recording, platform.alerts())
    if (words !== null) say(`Body-cam  ${words}`)
  })
}

export function introduce({ marketClosesAt }: DemoStreet, say: (line: string) => void): void {
  for (const camera of DEMO_CAMERAS) say(`${camera}  ${STORIES[camera].about}`)
  say(`The market of cam-3 is permitted until ${marketClosesAt}, with some seconds to clear away.`)
}

const STATE_WIDTH = Math.max(...Object.keys(STEPS).map((state) => state.length))

function wordsOf({ alertState, title }: Alert): string {
  const words = STEPS[alertState] ?? alertState
  return alertState === 'PENDING_REVIEW' ? `${title}: ${words}` : words
}

function wordsOfNotice({ deliveryStatus, result, text, reason, correctionMin }: Notice): string | null {
  if (result !== null) return `At the re-check ${RESULTS[result] ?? result}.`
  if (deliveryStatus === 'DELIVERED') {
    return `The loudspeaker says “${text}” and ${Math.round(correctionMin * 60)} s are given.`
  }
  return deliveryStatus === 'QUEUED' ? null : `Nothing was said: ${reason}.`
}

function wordsOfRecording(recording: Recording, alerts: readonly Alert[]): string | null {
  const { change, deviceSerial, userName, video, evidenceCap, quarantine, linkedEventIds } = recording
  if (change === 'accepted') {
    const film = `${Math.round(video?.durationSec ?? 0)} s by ${userName}`
    return `执法记录仪 ${deviceSerial}: received, ${film}; it can become ${evidenceCap} at most.`
  }
  if (change === 'quarantined') return `执法记录仪 ${deviceSerial}: kept apart. ${quarantine?.en}`
  if (change !== 'linked' || linkedEventIds.length === 0) return null
  const names = linkedEventIds.map((id) => alerts.find(({ eventId }) => eventId === id)?.cameraId ?? id)
  return `执法记录仪 ${deviceSerial}: linked to what was seen by ${names.join(', ')}.`
}
