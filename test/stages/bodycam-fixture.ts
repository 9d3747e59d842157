/** Recordings as a dock would send them: a small real film, made once, and never twice the same bytes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import type { Running } from './http-fixture.ts'

export const MINUTE_MS = 60_000
export const SECONDS = 2
let made: Buffer | null = null
let copies = 0

/** An MP4 of two seconds; a box that players skip makes each one its own. */
function film(folder: string): string {
  const file = join(folder, `film-${++copies}.mp4`)
  if (made === null) {
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=10', '-t', String(SECONDS)]
    execFileSync('ffmpeg', ['-v', 'error', ...picture, '-c:v', 'mpeg4', file])
    made = readFileSync(file)
  }
  const box = Buffer.alloc(16, 'free')
  box.writeUInt32BE(16, 0)
  box.writeUInt32BE(copies, 12)
  writeFileSync(file, Buffer.concat([made, box]))
  return file
}

/** An officer's, on his own recorder, with a clock that was checked; ten minutes ago unless it is said. */
export async function record(
  running: Running,
  details: Readonly<Record<string, string>> = {},
  /** True: it brings no clock offset of its own. */
  withoutClock = false,
): Promise<BodyCamRecording> {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-record-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const known = new Set(running.recordings.list(200).map(({ recordingId }) => recordingId))
  await uploadRecording({
    url: `${running.url}/bodycam/uploads`,
    token: running.accounts.issueToken(`dock-${copies}`, 'bodycam'),
    file: film(folder),
    metadata: {
      ...{ deviceSerial: 'DSJ-0001', userNo: '310001', roleAtRecording: 'OFFICER' },
      ...(withoutClock ? {} : { clockOffsetMs: '120' }),
      ...{ startAt: isoTime(Date.now() - 10 * MINUTE_MS), ...details },
    },
    chunkBytes: 1_000_000,
  })
  await running.recordings.settled()
  return running.recordings.list(200).find(({ recordingId }) => !known.has(recordingId))!
}

/** An auxiliary's, on the squad's recorder. */
export const recordAlone = (running: Running, details: Readonly<Record<string, string>> = {}) =>
  record(running, { ...AUXILIARY, ...details })

export const AUXILIARY = { deviceSerial: 'DSJ-0002', userNo: '310002', roleAtRecording: 'AUXILIARY' }
