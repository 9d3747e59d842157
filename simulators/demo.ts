/**
 * `npm run demo`: a street, a box and a city on one machine, all of it real but the street.
 *
 *     startDemoStreet ─▶ each step of every alert is told ─▶ Ctrl-C, or with --once the first that went all the way
 *
 * `--once` ends with 0 after the first alert has gone the whole way: detected, evidence sealed, published,
 * acknowledged, reviewed, package verified; with 1 and the reason when that does not happen in time.
 */
import { join } from 'node:path'
import { verifyPackages } from '../gateway/evidence/verify.ts'
import { Closing } from '../gateway/kit/closing.ts'
import { reasonOf } from '../gateway/kit/errors.ts'
import { AdminSession } from './bodycam/admin-session.ts'
import { type DemoStreet, SCENES, startDemoStreet, uploadFromBodyCam } from './demo-parts.ts'
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
    const street = await startDemoStreet(closing, REVIEW_AFTER_MS, say)
    const whole = wentTheWholeWay(street)
    say(`Console  ${street.consoleUrl}   user admin, one-time password ${street.oneTimePassword}`)
    say(`Files    ${street.folder}`)
    say(
      `Cameras  ${Object.keys(SCENES).join(', ')} are watched. The first alert comes after about half a minute.`,
    )
    bringRecordingHome(street).catch((error: unknown) => say(`Body-cam  ${reasonOf(error)}`))
    if (!once) {
      say('Ctrl-C stops all of it.')
      await stopped
      return 0
    }
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no alert within ${ONCE_WITHIN_MS / 1000} s`)),
        ONCE_WITHIN_MS,
      )
      closing.own({ close: () => clearTimeout(timer) })
    })
    const alert = await Promise.race([whole, late, stopped])
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

/** Tells each step of every alert; resolves with the first that has taken them all. */
function wentTheWholeWay({ platform, folder }: DemoStreet): Promise<Alert> {
  const latest = (eventId: string) => platform.alerts().find((alert) => alert.eventId === eventId)
  platform.on('acknowledged', ({ eventId, revision, phase, title, cameraId, durationSec, alertState }) => {
    say(
      `Alert    ${eventId} r${revision} ${phase} ${title} ${cameraId} ${durationSec} s ${alertState}: acknowledged`,
    )
  })
  platform.on('closed', (eventId) => say(`Alert    ${eventId} closed by the platform`))
  return new Promise((resolve, reject) => {
    platform.on('reviewed', async (eventId, ok, reason) => {
      const alert = latest(eventId)
      if (!ok || alert === undefined) {
        say(`Alert    ${eventId} review refused: ${reason}`)
        return
      }
      try {
        const { packageId } = alert.evidence ?? {}
        if (packageId === undefined) throw new Error(`alert ${eventId} names no evidence`)
        const { ok: whole } = await verifyPackages([join(folder, 'box', 'evidence', packageId)])
        if (!whole) throw new Error(`package ${packageId} does not verify`)
        say(`Alert    ${eventId} reviewed; its evidence package ${packageId} verifies`)
        resolve(latest(eventId) ?? alert)
      } catch (error) {
        reject(error)
      }
    })
  })
}

async function bringRecordingHome(street: DemoStreet): Promise<void> {
  const admin = await AdminSession.begin(street.consoleUrl, street.oneTimePassword)
  await uploadFromBodyCam(street, admin)
  say(`Body-cam a recording was uploaded and is analysed. Console password is now ${admin.password}`)
}

process.exitCode = await main(process.argv.includes('--once'))
process.exit()
