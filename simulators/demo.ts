/**
 * `npm run demo`: a street, a box and a city on one machine, all of it real but the street.
 *
 *     startDemoStreet ─▶ three stories, a line a step ─▶ Ctrl-C, or with --once the first that went all the way
 *
 * `--once` ends with 0 after the first alert has gone the whole way: detected, evidence sealed, published,
 * acknowledged, reviewed, package verified; with 1 and the reason when that does not happen in time.
 */
import { join } from 'node:path'
import { verifyPackages } from '../gateway/evidence/verify.ts'
import { Closing } from '../gateway/kit/closing.ts'
import { reasonOf } from '../gateway/kit/errors.ts'
import { AdminSession } from './bodycam/admin-session.ts'
import {
  DEMO_WISHES,
  type DemoStreet,
  demoFolder,
  startDemoStreet,
  uploadFromBodyCam,
} from './demo/street.ts'
import { introduce, tellDeliveries, tellRecordings, tellStories } from './demo/telling.ts'
import type { Alert } from './platform/case-book.ts'

const ONCE_WITHIN_MS = 300_000
const REVIEW_AFTER_MS = 2_000

const say = (line: string) => void process.stdout.write(`${line}\n`)

async function main(once: boolean): Promise<number> {
  const closing = new Closing()
  const stopped = new Promise<'stopped'>((resolve) => {
    process.once('SIGINT', () => resolve('stopped'))
    process.once('SIGTERM', () => resolve('stopped'))
  })
  try {
    const wishes = { ...DEMO_WISHES, folder: demoFolder(), reviewAfterMs: REVIEW_AFTER_MS }
    const street = await startDemoStreet(closing, wishes, say)
    const whole = wentTheWholeWay(street)
    const told = tellStories(street, say)
    tellDeliveries(street, say)
    tellRecordings(street, say)
    const admin = await AdminSession.begin(street.consoleUrl, street.oneTimePassword)
    sendOfficer(street, admin)
    say(`Console  ${street.consoleUrl}   user admin, password ${admin.password}`)
    say(`Files    ${street.folder}`)
    introduce(street, say)
    say('The first alert comes after about half a minute.')
    if (!once) {
      say('Ctrl-C stops all of it.')
      const end = await Promise.race([told, stopped])
      if (end !== 'stopped') {
        say('The three stories are told. The street goes on, the console too; Ctrl-C stops all of it.')
        await stopped
      }
      return 0
    }
    const alert = await Promise.race([whole, late(closing), stopped])
    if (alert === 'stopped') return 1
    say(JSON.stringify(alert, null, 1))
    return 0
  } catch (error) {
    say(`The demo failed: ${reasonOf(error)}`)
    return 1
  } finally {
    await closing.close()
  }
}

function late(closing: Closing): Promise<never> {
  return new Promise((_, reject) => {
    const reason = new Error(`no alert within ${ONCE_WITHIN_MS / 1000} s`)
    const timer = setTimeout(() => reject(reason), ONCE_WITHIN_MS)
    closing.own({ close: () => clearTimeout(timer) })
  })
}

/** Resolves with the first alert that has taken every step up to the review. */
function wentTheWholeWay({ platform, folder }: DemoStreet): Promise<Alert> {
  return new Promise((resolve, reject) => {
    platform.on('reviewed', async (eventId, ok) => {
      const alert = platform.alerts().find((each) => each.eventId === eventId)
      if (!ok || alert === undefined) return
      try {
        const { packageId } = alert.evidence ?? {}
        if (packageId === undefined) throw new Error(`alert ${eventId} names no evidence`)
        const { ok: whole } = await verifyPackages([join(folder, 'box', 'evidence', packageId)])
        if (!whole) throw new Error(`package ${packageId} does not verify`)
        say(`${alert.cameraId}  Its evidence package ${packageId} verifies.`)
        resolve(platform.alerts().find((each) => each.eventId === eventId) ?? alert)
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** Who is sent records what happens on site, and the recording comes home. */
function sendOfficer(street: DemoStreet, admin: AdminSession): void {
  const off = street.platform.on('acknowledged', ({ alertState }) => {
    if (alertState !== 'DISPATCHED') return
    off()
    uploadFromBodyCam(street, admin)
      .then((resumes) =>
        say(`Body-cam  The officer’s recording is uploaded; the line broke, it went on ${resumes} times.`),
      )
      .catch((error: unknown) => say(`Body-cam  ${reasonOf(error)}`))
  })
}

process.exitCode = await main(process.argv.includes('--once'))
process.exit()
