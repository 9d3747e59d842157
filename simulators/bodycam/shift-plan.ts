/**
 * What the recorders of a dock bring home from a shift, and what a box has to make of each.
 *
 *     recorders, cameras, faults, seed ─▶ one recording after the other, none at the same time as another:
 *
 *         patrols    H.264, H.265, MJPEG, each past a camera, with its track in one of three formats
 *         incident   four-part report, key marks, ahead of all others
 *         faults     damaged tail, wrong clock (told, or to be compared), unregistered, wrong user, auxiliary, twice, answer lost
 */
import type { FaultCode } from '../../gateway/kit/catalogue.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import type { MapPoint } from '../../gateway/kit/earth.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import type { Track, TrackFormat } from './forms.ts'
import { walkPast, writeTrack } from './walk.ts'
import { FILM_KINDS, type FilmKind, type WornFilm } from './worn-film.ts'

export const SHIFT_FAULTS = [
  'breaks',
  'answer-lost',
  'duplicates',
  'damaged-tail',
  'wrong-clock',
  'unregistered',
  'wrong-user',
  'auxiliary',
] as const
export type ShiftFault = (typeof SHIFT_FAULTS)[number]

/** A registered device and who carries it. */
export interface Recorder {
  readonly serial: string
  readonly userNo: string
  readonly role: string
}

export interface ShiftWishes {
  readonly recorders: readonly Recorder[]
  /** Which are walked past; none: no tracks. */
  readonly cameras: readonly MapPoint[]
  readonly faults: ReadonlySet<ShiftFault>
  /** Of every recorder. */
  readonly patrols: number
  readonly seed: number
  /** When the last recording has ended. */
  readonly endMs: number
}

export interface PlannedRecording {
  readonly name: string
  /** Index of the recorder in whose slot it is. */
  readonly slot: number
  readonly what: string
  readonly way: 'tus' | 'form' | 'folder'
  readonly film: WornFilm
  /** Of the film's bytes; the rest is cut off. */
  readonly keepShare: number
  readonly sends: 1 | 2
  readonly losesAnswer: boolean
  /** Recorder's minus true time, where the dock has to find it out; null: the upload says it. */
  readonly comparesClockMs: number | null
  readonly details: Readonly<Record<string, string>>
  readonly track?: Track
  readonly expected: Expected
}

export interface Expected {
  /** ACCEPTED, or the code of the quarantine; where several are right, any of them. */
  readonly oneOf: readonly ('ACCEPTED' | FaultCode)[]
  /** Caps that have to be there, when it is accepted. */
  readonly reasons: readonly string[]
  readonly clockOffsetMs: number
  /** As far as a comparison may be off. */
  readonly clockToleranceMs: number
}

/** What tells a recording from an ordinary patrol. */
interface Change {
  readonly what: string
  readonly kind?: FilmKind
  readonly way?: PlannedRecording['way']
  readonly recorder?: Partial<Recorder>
  readonly keepShare?: number
  readonly sends?: 2
  readonly losesAnswer?: true
  readonly clockOffsetMs?: number
  readonly comparesClock?: true
  readonly details?: (startMs: number) => Readonly<Record<string, string>>
  readonly expected?: Partial<Expected>
}

const SECONDS = { low: 10, high: 16 } as const
/** From one start to the next: nobody else records meanwhile. */
const APART_MS = 60_000
const KINDS: readonly FilmKind[] = ['mjpeg', 'h265', 'h264']
const FORMATS: readonly TrackFormat[] = ['gpx', 'nmea', 'gps.json']
/** There and back between a dock and its box, at most. */
const WAY_MS_MAX = 2_000
const NOBODY = '999999'
const UNKNOWN_SERIAL = 'UNKNOWN-01'

const INCIDENT: Change = {
  what: 'incident',
  details: (startMs) => ({
    ...{ sessionType: 'ON_SITE', priority: 'CONFLICT' },
    incident: JSON.stringify({
      course: '劝离占道摊点时当事人推搡执法人员。',
      cause: '当事人不接受改正要求。',
      handling: '亮证告知，全程记录，未发生受伤。',
      lessons: '两人以上到场，先告知后处置。',
    }),
    keyMarks: JSON.stringify([
      { at: isoTime(startMs + 2_000), label: '证件已出示', note: '' },
      { at: isoTime(startMs + 6_000), label: '告知', note: '口头告知改正' },
    ]),
  }),
}

export function planShift(wishes: ShiftWishes): PlannedRecording[] {
  const { recorders, faults, patrols, seed } = wishes
  const random = seededRandom(seed)
  const changes: Change[] = [INCIDENT, ...faultsOf(faults, random)]
  for (let number = 0; number < patrols * recorders.length; number++) {
    const way = (['form', 'folder'] as const)[number] ?? 'tus'
    changes.push({ what: 'patrol', way, kind: KINDS[number % KINDS.length]! })
  }
  return changes.map((change, index) => recording(wishes, change, index, changes.length, random))
}

function faultsOf(faults: ReadonlySet<ShiftFault>, random: () => number): Change[] {
  const cut = { expected: { oneOf: ['ACCEPTED', 'BODYCAM_FILE_BAD'] } } as const
  const clockOffsetMs = offsetOf(random)
  const comparedMs = offsetOf(random)
  const found: Record<ShiftFault, Change[]> = {
    breaks: [],
    'answer-lost': [{ what: 'answer-lost', losesAnswer: true }],
    duplicates: [{ what: 'duplicates', sends: 2 }],
    'damaged-tail': [
      { what: 'damaged-tail', kind: 'h264-index-first', keepShare: 0.7, ...cut },
      // Power went before the recorder had written what lies where.
      { what: 'damaged-tail', kind: 'h264', keepShare: 0.7, ...cut },
      { what: 'damaged-tail', kind: 'h265', keepShare: 0.6, ...cut },
    ],
    'wrong-clock': [
      { what: 'wrong-clock', clockOffsetMs, expected: { clockOffsetMs } },
      {
        ...{ what: 'wrong-clock', clockOffsetMs: comparedMs, comparesClock: true },
        expected: { clockOffsetMs: comparedMs, clockToleranceMs: WAY_MS_MAX },
      },
    ],
    unregistered: [
      {
        ...{ what: 'unregistered', recorder: { serial: UNKNOWN_SERIAL } },
        expected: { oneOf: ['BODYCAM_UNREGISTERED'] },
      },
    ],
    'wrong-user': [
      { what: 'wrong-user', recorder: { userNo: NOBODY }, expected: { oneOf: ['BODYCAM_USER_MISMATCH'] } },
    ],
    auxiliary: [{ what: 'auxiliary', recorder: { role: 'AUXILIARY' } }],
  }
  return SHIFT_FAULTS.filter((name) => faults.has(name)).flatMap((name) => found[name])
}

/** Half a minute and some whole ones: by neither clock does it lie in another recording's time. */
function offsetOf(random: () => number): number {
  const ms = APART_MS * Math.floor(random() * 5) + APART_MS / 2 + Math.round(random() * 8_000)
  return random() < 0.5 ? -ms : ms
}

function recording(
  { recorders, cameras, endMs }: ShiftWishes,
  change: Change,
  index: number,
  count: number,
  random: () => number,
): PlannedRecording {
  const { what, kind = 'h264', clockOffsetMs = 0, way = 'tus', expected = {} } = change
  const slot = index % recorders.length
  const { serial, userNo, role } = { ...recorders[slot]!, ...change.recorder }
  const seconds = SECONDS.low + Math.floor(random() * (SECONDS.high - SECONDS.low + 1))
  const filmSeed = Math.floor(random() * 2 ** 31)
  const startMs = endMs - (count - index) * APART_MS
  const saidMs = startMs + clockOffsetMs
  const camera = cameras[index % Math.max(1, cameras.length)]
  const walk = camera && walkPast(camera, saidMs, seconds, filmSeed)
  const middle = walk?.[Math.floor(walk.length / 2)]
  const format = FORMATS[index % FORMATS.length]!
  const time = isoTime(saidMs).replace(/\D/g, '').slice(0, 14)
  const name = `${serial}_${userNo}_${time}_${String(index + 1).padStart(2, '0')}.${FILM_KINDS[kind]}`
  return {
    ...{ name, slot, what, way, film: { kind, seconds, seed: filmSeed, title: name, startMs: saidMs } },
    keepShare: change.keepShare ?? 1,
    sends: change.sends ?? 1,
    losesAnswer: change.losesAnswer ?? false,
    comparesClockMs: change.comparesClock ? clockOffsetMs : null,
    details: {
      ...{ deviceSerial: serial, userNo, roleAtRecording: role, startAt: isoTime(saidMs) },
      uploadChannel: 'DOCK',
      ...(change.comparesClock ? {} : { clockOffsetMs: String(clockOffsetMs) }),
      ...(middle && { lon: String(middle.lon), lat: String(middle.lat) }),
      ...change.details?.(saidMs),
    },
    ...(walk && { track: { format, text: writeTrack(format, walk) } }),
    expected: {
      ...{ oneOf: ['ACCEPTED'], clockOffsetMs, clockToleranceMs: 0 },
      reasons: role === 'OFFICER' ? [] : ['AUXILIARY_ALONE'],
      ...expected,
    },
  }
}
