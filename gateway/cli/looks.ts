/**
 * A few looks at a place, for people who choose a model: from a camera, a recording or a single picture.
 *
 *     watch watch watch … │ draw · · draw · · draw          one frame a second; `pass` in between
 *
 * Read as the gateway reads (the same reader, decoder and clock), masked before anybody looks. The frame is lent until
 * the next is asked for.
 */
import type { CameraOptions } from '../../config/schema.ts'
import { probe } from '../../devices/camera/probe.ts'
import type { CameraStatus } from '../../devices/device.ts'
import { openFileFeed } from '../frames/file-feed.ts'
import type { Frame } from '../frames/frame.ts'
import { type FeedOptions, LiveFeed } from '../frames/live-feed.ts'
import { PrivacyMask } from '../frames/mask.ts'
import { systemClock } from '../kit/clock.ts'
import { fault } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { readPicture } from '../picture-frame.ts'
import { inspectFile } from '../streams/file-reader.ts'
import { usage } from './program.ts'

export interface LookPlan {
  readonly looks: number
  /** How long models look before their looks are drawn, s. */
  readonly watchSec: number
  /** Between looks, s; by default 2 at a camera, and a recording is divided evenly. */
  readonly everySec: number | null
}

export interface Look {
  readonly frame: Frame
  /** Width over height of the place's picture. */
  readonly aspect: number
  /** `pass`: only what learns from every frame wants it. */
  readonly purpose: 'watch' | 'draw' | 'pass'
  /** How far it is, of how far it goes; 0 of 0 for a picture. */
  readonly doneSec: number
  readonly totalSec: number
}

const EVERY_SEC = 2
const RATE_MAX = 5
/** A camera that answered and then shows nothing for so long is not worth waiting for. */
const FRAME_WITHIN_SEC = 20
/** Looks at a camera come at two a second, a little early or late. */
const LOOK_MS = 1_000
const EARLY_MS = 50

/** @throws Fault CAMERA_…, FILE_… */
export function looksAt(
  place: { readonly file: string } | { readonly camera: CameraOptions; readonly feed: FeedOptions },
  masks: CameraOptions['privacyMasks'],
  plan: LookPlan,
): AsyncGenerator<Look> {
  const mask = new PrivacyMask(masks.map(({ polygon }) => polygon))
  if ('file' in place) return looksAtFile(place.file, mask, plan)
  const { url } = place.camera
  if (url.startsWith('file:')) return looksAtFile(url.slice('file:'.length), mask, plan)
  return looksAtCamera(place.camera, place.feed, mask, plan)
}

async function* looksAtFile(file: string, mask: PrivacyMask, plan: LookPlan): AsyncGenerator<Look> {
  const picture = await readPicture(file)
  if (picture === null) {
    yield* looksAtRecording(file, mask, plan)
    return
  }
  if (plan.watchSec > 0) throw usage('models try', '--watch needs a camera or a recording, not a picture')
  const { yuv, aspect } = picture
  mask.apply(yuv)
  const frame: Frame = { cameraId: 'picture', pts: 0, connection: 1, timeMs: 0, wallMs: 0, yuv }
  yield { frame, aspect, purpose: 'draw', doneSec: 0, totalSec: 0 }
}

async function* looksAtRecording(path: string, mask: PrivacyMask, plan: LookPlan): AsyncGenerator<Look> {
  const { looks, watchSec } = plan
  const { durationSec } = await inspectFile(path)
  if (durationSec !== null && watchSec >= durationSec)
    throw usage(
      'models try',
      `--watch ${watchSec} is longer than the recording (${durationSec.toFixed(0)} s)`,
    )
  const everySec = plan.everySec ?? (durationSec === null ? EVERY_SEC : (durationSec - watchSec) / looks)
  const samplesPerSec = Math.min(RATE_MAX, Math.max(1, 1 / everySec))
  const feed = await openFileFeed({ path, cameraId: 'recording', startWallMs: 0, samplesPerSec })
  const aspect = feed.info.width / feed.info.height
  const totalSec = Math.max(1, watchSec + looks * everySec)
  // In the middle of its share of the recording: the first second of a film is often black, the last a farewell.
  const firstMs = 1_000 * (watchSec + everySec / 2)
  let drawn = 0
  try {
    for await (const frame of feed.frames()) {
      mask.apply(frame.yuv)
      const isDue = frame.timeMs >= firstMs + 1_000 * drawn * everySec
      const purpose = frame.timeMs < 1_000 * watchSec ? 'watch' : isDue ? 'draw' : 'pass'
      if (purpose === 'draw') drawn++
      yield { frame, aspect, purpose, doneSec: frame.timeMs / 1_000, totalSec }
      if (drawn === looks) return
    }
  } finally {
    feed.close()
  }
}

async function* looksAtCamera(
  camera: CameraOptions,
  options: FeedOptions,
  mask: PrivacyMask,
  { looks, watchSec, everySec }: LookPlan,
): AsyncGenerator<Look> {
  const url = camera.analysisUrl ?? camera.url
  const transport = camera.transport ?? options.stream.transport
  await probe(url, { camera: camera.id, transport })
  const everyMs = 1_000 * (everySec ?? EVERY_SEC)
  const totalSec = watchSec + ((looks - 1) * everyMs) / 1_000
  const live = new LiveFrames({ id: camera.id, url, transport, mask }, options)
  let startMs: number | null = null
  let lastMs = -Infinity
  let drawn = 0
  try {
    while (drawn < looks) {
      const frame = await live.next()
      if (frame.timeMs - lastMs < LOOK_MS - EARLY_MS) continue
      lastMs = frame.timeMs
      startMs ??= frame.timeMs
      const doneMs = frame.timeMs - startMs
      const isDue = doneMs >= 1_000 * watchSec + drawn * everyMs - EARLY_MS
      const purpose = doneMs < 1_000 * watchSec ? 'watch' : isDue ? 'draw' : 'pass'
      if (purpose === 'draw') drawn++
      yield { frame, aspect: live.aspect, purpose, doneSec: doneMs / 1_000, totalSec: Math.max(1, totalSec) }
    }
  } finally {
    live.close()
  }
}

/** The frames of a live feed, one when asked; what comes meanwhile is dropped as the gateway drops it. */
class LiveFrames {
  readonly #camera: string
  readonly #feed: LiveFeed
  #wanted: ((frame: Frame) => void) | null = null
  /** Gives the last frame back to the feed. */
  #giveBack: () => void = () => undefined
  #status: CameraStatus | null = null

  constructor(
    camera: {
      readonly id: string
      readonly url: string
      readonly transport: 'tcp' | 'udp'
      readonly mask: PrivacyMask
    },
    options: FeedOptions,
  ) {
    this.#camera = camera.id
    this.#feed = new LiveFeed({
      ...{ camera, options, clock: systemClock, log: silentLog },
      onFrame: (frame) => this.#take(frame),
      onStatus: (status) => {
        this.#status = status
      },
    })
    this.#feed.setAttention('watch')
  }

  get aspect(): number {
    const info = this.#feed.info
    return info === null ? 16 / 9 : info.width / info.height
  }

  async next(): Promise<Frame> {
    let timer: NodeJS.Timeout | undefined
    const frame = new Promise<Frame>((resolve, reject) => {
      this.#wanted = resolve
      timer = setTimeout(() => reject(this.#gone()), 1_000 * FRAME_WITHIN_SEC)
    })
    this.#giveBack()
    return frame.finally(() => clearTimeout(timer))
  }

  close(): void {
    this.#wanted = null
    this.#giveBack()
    this.#feed.close()
  }

  #take(frame: Frame): Promise<void> | undefined {
    const wanted = this.#wanted
    if (wanted === null) return undefined
    this.#wanted = null
    return new Promise((resolve) => {
      this.#giveBack = resolve
      wanted(frame)
    })
  }

  #gone() {
    const { code, reason } = this.#status ?? { code: null, reason: '' }
    return fault(code ?? 'CAMERA_STALLED', { camera: this.#camera, reason, seconds: FRAME_WITHIN_SEC })
  }
}
