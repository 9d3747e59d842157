/**
 * Who is looked at next. Live cameras have one waiting place each: a newer frame takes it and the older is
 * given up, because what was is less use than what is. Recorded files wait in a row and lose nothing.
 *
 *     cam-1  [ ■ ]  running        next = of the cameras that wait, the one served longest ago
 *     cam-2  [ ■ ]                 live: one frame at a time under way, so answers come in order
 *     file   [ ■ ■ ■ ]  running
 */
import { assert } from '../kit/assert.ts'

/** More frames than this of one file waiting means that its reader does not wait for answers. */
const FILE_WAITING_MAX = 64
/** From so many cameras on, those of whom nothing waits or runs are forgotten. */
const LANES_MAX = 1_024

interface Lane<T> {
  readonly waiting: T[]
  running: number
  live: boolean
  servedAt: number
}

export class Schedule<T> {
  readonly #lanes = new Map<string, Lane<T>>()
  #served = 0

  /** Takes the camera's waiting place; returns what had to give way. */
  offer(cameraId: string, item: T): T | undefined {
    const lane = this.#lane(cameraId, true)
    const older = lane.waiting.pop()
    lane.waiting.push(item)
    return older
  }

  append(cameraId: string, item: T): void {
    const lane = this.#lane(cameraId, false)
    lane.waiting.push(item)
    assert(lane.waiting.length <= FILE_WAITING_MAX, 'whoever reads a file waits for its answers')
  }

  next(): T | undefined {
    let chosen: Lane<T> | undefined
    for (const lane of this.#lanes.values()) {
      if (lane.waiting.length === 0 || (lane.live && lane.running > 0)) continue
      if (chosen === undefined || lane.servedAt < chosen.servedAt) chosen = lane
    }
    if (chosen === undefined) return undefined
    chosen.servedAt = ++this.#served
    chosen.running++
    return chosen.waiting.shift()
  }

  /** The frame under way is over. */
  done(cameraId: string): void {
    const lane = this.#lanes.get(cameraId)
    assert(lane !== undefined && lane.running > 0, 'what is done was under way')
    lane.running--
  }

  /** Everything that waits, to be told that nobody will look. */
  drain(): T[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.waiting.splice(0))
  }

  #lane(cameraId: string, live: boolean): Lane<T> {
    let lane = this.#lanes.get(cameraId)
    if (lane === undefined) {
      if (this.#lanes.size >= LANES_MAX) this.#forgetIdle()
      lane = { waiting: [], running: 0, live, servedAt: 0 }
      this.#lanes.set(cameraId, lane)
    }
    lane.live = live
    return lane
  }

  #forgetIdle(): void {
    for (const [cameraId, lane] of this.#lanes) {
      if (lane.waiting.length === 0 && lane.running === 0) this.#lanes.delete(cameraId)
    }
  }
}
