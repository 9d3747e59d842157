/**
 * The shipped manifests with the real networks they describe, on real pictures. The weights and clips are not
 * part of this repository; where they are absent these tests are skipped.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import type { Frame } from '../../gateway/frames/frame.ts'
import { type Box, iou } from '../../gateway/kit/geometry.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'

const DATA = packagePath('..', 'shared', 'data')
const ASPECT = 768 / 432

/** A man before a table, and a parked car that pulls out; boxes drawn by hand. */
const SCENES: [clip: string, atSec: number, role: string, box: Box][] = [
  ['intel_one_by_one.mp4', 10, 'person', [0.5, 0.04, 0.67, 0.94]],
  ['intel_person_bicycle_car.mp4', 2, 'vehicle', [0, 0.25, 0.245, 0.585]],
]

function grab(clip: string, atSec: number): Frame {
  const filter = 'scale=640:360:flags=area,format=yuv420p'
  const yuv = execFileSync(
    'ffmpeg',
    ['-nostdin', '-loglevel', 'error', '-ss', String(atSec), '-i', `${DATA}/videos/${clip}`].concat([
      '-frames:v',
      '1',
      '-vf',
      filter,
      '-f',
      'rawvideo',
      '-',
    ]),
    { maxBuffer: 1 << 20 },
  )
  return { cameraId: clip, pts: 0, connection: 1, timeMs: atSec * 1000, wallMs: 0, yuv: new Uint8Array(yuv) }
}

/** NanoDet-m boxes the car to the pixel and calls it a cell phone: of it the box alone is asked. */
const MODELS: [model: string, namesTheCar: boolean][] = [
  ['yolox_nano_416', true],
  ['deimv2_femto', true],
  ['deimv2_atto', true],
  ['nanodet_m_416', false],
]
for (const [model, namesTheCar] of MODELS) {
  const file = `${DATA}/models/${model}.onnx`
  const absent = !existsSync(file) || !existsSync(`${DATA}/videos`)
  test.skipIf(absent)(
    `${model} finds who is there${absent ? ' (skipped: no weights here)' : ''}`,
    async () => {
      const pool = await DetectorPool.open(ModelOptions.parse({ file, workersMax: 1 }), silentLog)
      onTestFinished(() => pool.close())
      for (const [clip, atSec, role, box] of SCENES) {
        const found = (await pool.detectAll(grab(clip, atSec), ASPECT))!
        const best = Array.from({ length: found.count }, (_, i) => i)
          .filter((i) => found.scores[i]! >= 0.5)
          .filter((i) => found.roles[found.classIds[i]!] === role || (role === 'vehicle' && !namesTheCar))
          .map((i) => iou(found.box(i), box))
        expect(Math.max(0, ...best), `${role} in ${clip}`).toBeGreaterThan(0.7)
      }
    },
  )
}
