/**
 * What each model of the box sees on the newest picture of a camera, drawn: for who chooses zones and models.
 *
 *     ring ─▶ picture ─▶ frame, masked ─▶ each witness as in the gateway, with what the camera has learnt ─▶ JPEG
 *
 * A namer names what stands where nothing stood: in an empty street it finds nothing; while the background is yet to be
 * learnt nobody has looked, and that is said and not the same.
 */
import { randomUUID } from 'node:crypto'
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import { ROLES } from './detections/detections.ts'
import type { DetectorPool } from './detections/detector.ts'
import type { Eyes } from './detections/eyes.ts'
import { viewsOf } from './detections/views.ts'
import type { Picture } from './evidence/picture.ts'
import type { Frame } from './frames/frame.ts'
import { PrivacyMask } from './frames/mask.ts'
import type { TriedPicture } from './http/setup-views.ts'
import type { Language } from './kit/errors.ts'
import type { Line } from './line.ts'
import { Occupancy } from './occupancy/occupancy.ts'
import { drawLook } from './overlay.ts'
import { frameOf } from './picture-frame.ts'
import { type TriedLook, TriedModel } from './tried-model.ts'

export interface TrialParts {
  readonly config: Config
  readonly camera: CameraOptions
  readonly picture: Picture
  readonly eyes: Eyes
  readonly line: Pick<Line, 'occupancy' | 'baseline' | 'lookedAt'>
  readonly language: Language
}

export async function tryOnPicture(parts: TrialParts): Promise<TriedPicture[]> {
  const { config, camera, picture, eyes, line } = parts
  const yuv = await frameOf(picture)
  new PrivacyMask(camera.privacyMasks.map(({ polygon }) => polygon)).apply(yuv)
  // On the camera's own timeline: what stood when the gateway last looked stands in this picture too.
  const { timeMs, wallMs } = line.lookedAt ?? { timeMs: 0, wallMs: 0 }
  // Under a name of its own: how often the camera itself is looked at is another matter.
  const cameraId = `trial ${randomUUID()}`
  const frame: Frame = { cameraId, pts: 0, connection: 1, timeMs: timeMs + 1, wallMs, yuv }
  const occupancy = new Occupancy(config.occupancy)
  occupancy.restore(line.occupancy.snapshot())
  const standing = occupancy.stand(frame)
  const aspect = picture.width / picture.height
  const views = viewsOf(camera.zones.filter(({ rules }) => rules.length > 0).map(({ polygon }) => polygon))
  const { baseline } = config
  const memory = { baseline: line.baseline.snapshot() }
  const tried: TriedPicture[] = []
  for (const pool of [eyes.detector, eyes.namer]) {
    if (pool === null) continue
    const model = new TriedModel(pool, { views, zones: camera.zones, watches: false, baseline, memory })
    const startedMs = performance.now()
    const look = await model.look({ frame, aspect, purpose: 'draw' }, standing)
    const ms = performance.now() - startedMs
    const drawing = { yuv, aspect, title: pool.manifest.name, ...model.drawn(look!) }
    const jpeg = await drawLook(drawing, parts.language)
    tried.push({ ...told(pool, look!), ms: Math.round(ms), picture: jpeg.toString('base64') })
  }
  return tried
}

function told({ manifest }: DetectorPool, { things }: TriedLook): Omit<TriedPicture, 'ms' | 'picture'> {
  const count = (state: string) => (things ?? []).filter((thing) => thing.state === state).length
  const sure = (things ?? []).filter(({ state }) => state === 'sure')
  const seen = ROLES.flatMap((role) => {
    const found = sure.filter((thing) => thing.role === role).length
    return found === 0 ? [] : [{ role, count: found }]
  })
  return {
    ...{ model: manifest.name, licence: manifest.licence, seen: things === null ? null : seen },
    ...{ faint: count('faint'), baseline: count('baseline') },
  }
}
