/**
 * Where and when each event was, for looking up by place and time.
 *
 *     revision ─▶ rule, camera, zone, box, ground, from … until ─▶ candidates of the same act, tickets, hot spots
 *
 * A view of the desk's log, rewritten with each revision: it holds nothing that the log does not.
 */
import type { Database, Row, Statement } from '../kit/database.ts'
import type { Box, Point } from '../kit/geometry.ts'
import { foot } from '../kit/geometry.ts'
import type { RuleId, ViolationEvent } from '../violations/event.ts'
import { planeOf } from '../violations/ground-scale.ts'
import type { CameraPlace } from './place.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS act_event (
  eventId TEXT PRIMARY KEY, ruleId TEXT NOT NULL, cameraId TEXT NOT NULL, zoneId TEXT NOT NULL,
  startedMs INTEGER NOT NULL, untilMs INTEGER NOT NULL, over INTEGER NOT NULL, box TEXT NOT NULL,
  plane TEXT, groundX REAL, groundY REAL);
CREATE INDEX IF NOT EXISTS act_event_rule ON act_event (ruleId, untilMs);
CREATE INDEX IF NOT EXISTS act_event_going ON act_event (ruleId) WHERE over = 0;
CREATE INDEX IF NOT EXISTS act_event_camera ON act_event (cameraId, untilMs);
CREATE INDEX IF NOT EXISTS act_event_until ON act_event (untilMs, startedMs);
`

/** At most so many events are looked at for one question; the newest. */
const FOUND_MAX = 500

export interface PlacedEvent {
  readonly eventId: string
  readonly ruleId: RuleId
  readonly cameraId: string
  readonly zoneId: string
  readonly startedMs: number
  /** When it was over; while it goes on, as far as it was last told of. */
  readonly untilMs: number
  readonly over: boolean
  readonly box: Box
  /** Where it stands on a ground that cameras share, metres. */
  readonly ground: { readonly plane: string; readonly at: Point } | null
}

export class ActIndex {
  readonly #camera: (cameraId: string) => CameraPlace | null
  readonly #put: Statement
  readonly #get: Statement
  readonly #ofRule: Statement
  readonly #ofCamera: Statement
  readonly #during: Statement

  constructor(database: Database, camera: (cameraId: string) => CameraPlace | null) {
    database.exec(SCHEMA)
    this.#camera = camera
    this.#put = database.prepare(
      `INSERT INTO act_event VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (eventId) DO UPDATE SET
         startedMs = excluded.startedMs, untilMs = excluded.untilMs, over = excluded.over, box = excluded.box,
         plane = excluded.plane, groundX = excluded.groundX, groundY = excluded.groundY`,
    )
    this.#get = database.prepare('SELECT * FROM act_event WHERE eventId = ?')
    this.#ofRule = database.prepare(
      `SELECT * FROM act_event WHERE ruleId = ?1 AND untilMs >= ?2 AND startedMs <= ?3
       UNION SELECT * FROM act_event WHERE ruleId = ?1 AND over = 0 AND startedMs <= ?3
       ORDER BY startedMs DESC LIMIT ${FOUND_MAX}`,
    )
    this.#ofCamera = database.prepare(
      `SELECT * FROM act_event WHERE cameraId = ?1 AND startedMs <= ?3 AND (untilMs >= ?2 OR over = 0)
       ORDER BY startedMs DESC LIMIT ${FOUND_MAX}`,
    )
    this.#during = database.prepare(
      `SELECT * FROM act_event WHERE untilMs >= ?1 AND startedMs <= ?2
       UNION SELECT * FROM act_event WHERE over = 0 AND startedMs <= ?2
       ORDER BY startedMs DESC LIMIT ${FOUND_MAX}`,
    )
  }

  /** @returns the event as placed, and whether it was not known before */
  place(event: ViolationEvent): { placed: PlacedEvent; isNew: boolean } {
    const isNew = this.#get.get(event.eventId) === undefined
    const placed = this.#placed(event)
    const { eventId, ruleId, cameraId, zoneId, startedMs, untilMs, over, box, ground } = placed
    const where = [ground?.plane ?? null, ground?.at[0] ?? null, ground?.at[1] ?? null]
    const over01 = over ? 1 : 0
    this.#put.run(
      ...[eventId, ruleId, cameraId, zoneId, startedMs, untilMs, over01, JSON.stringify(box)],
      ...where,
    )
    return { placed, isNew }
  }

  get(eventId: string): PlacedEvent | null {
    const row = this.#get.get(eventId)
    return row ? placedOf(row) : null
  }

  /** Events of the rule that were going on at some time between. */
  ofRule(ruleId: string, fromMs: number, toMs: number): PlacedEvent[] {
    return this.#ofRule.all(ruleId, fromMs, toMs).map(placedOf)
  }

  ofCamera(cameraId: string, fromMs: number, toMs: number): PlacedEvent[] {
    return this.#ofCamera.all(cameraId, fromMs, toMs).map(placedOf)
  }

  /** Of all rules and cameras. */
  during(fromMs: number, toMs: number): PlacedEvent[] {
    return this.#during.all(fromMs, toMs).map(placedOf)
  }

  #placed(event: ViolationEvent): PlacedEvent {
    const { eventId, ruleId, cameraId, zoneId, box } = event
    const startedMs = Date.parse(event.startedAt)
    const over = event.endedAt !== null
    const untilMs = over ? Date.parse(event.endedAt!) : startedMs + event.durationSec * 1000
    const ground = groundOf(this.#camera(cameraId), zoneId, box)
    return { eventId, ruleId, cameraId, zoneId, startedMs, untilMs, over, box, ground }
  }
}

/** Only a scale measured from a common corner says where things are; a length says how large they are. */
function groundOf(camera: CameraPlace | null, zoneId: string, box: Box): PlacedEvent['ground'] {
  const scale = camera?.zones.find(({ id }) => id === zoneId)?.groundScale
  if (scale === undefined || !('points' in scale) || scale.groundPlane === undefined) return null
  const at = planeOf(scale)?.metresAt(foot(box)) ?? null
  return at === null ? null : { plane: scale.groundPlane, at }
}

function placedOf(row: Row): PlacedEvent {
  const plane = row['plane']
  const at: Point = [Number(row['groundX']), Number(row['groundY'])]
  return {
    eventId: String(row['eventId']),
    ruleId: String(row['ruleId']) as RuleId,
    cameraId: String(row['cameraId']),
    zoneId: String(row['zoneId']),
    startedMs: Number(row['startedMs']),
    untilMs: Number(row['untilMs']),
    over: row['over'] === 1,
    box: JSON.parse(String(row['box'])) as Box,
    ground: plane === null ? null : { plane: String(plane), at },
  }
}
