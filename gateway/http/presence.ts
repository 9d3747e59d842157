/**
 * Who has which alert open now, so that two people do not decide on one.
 *
 *     console ─ {type: 'looking', eventId} ─▶ Presence ─ {type: 'presence', people} ─▶ every console
 *     socket closed ─▶ gone
 *
 * Nothing of it is kept: who looked at evidence is in the access log.
 */
import { z } from 'zod'
import { isoTime } from '../kit/clock.ts'

export interface Looking {
  readonly name: string
  readonly eventId: string
  /** ISO-8601. */
  readonly since: string
}

const Said = z.strictObject({
  type: z.literal('looking'),
  eventId: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,64}$/)
    .nullable(),
})

export class Presence<Key> {
  readonly #looks = new Map<Key, Looking>()
  readonly #onChange: (people: readonly Looking[]) => void

  constructor(onChange: (people: readonly Looking[]) => void) {
    this.#onChange = onChange
  }

  /** The same person in two windows looks once. */
  get people(): readonly Looking[] {
    const oldestFirst = [...this.#looks.values()].sort((a, b) => a.since.localeCompare(b.since))
    return oldestFirst.filter(
      (look, place) =>
        oldestFirst.findIndex(({ name, eventId }) => name === look.name && eventId === look.eventId) ===
        place,
    )
  }

  /** What a console says. What is not understood changes nothing. */
  heard(key: Key, name: string, text: string, nowMs: number): void {
    const said = Said.safeParse(parsed(text))
    if (!said.success) return
    const { eventId } = said.data
    if (this.#looks.get(key)?.eventId === eventId) return
    if (eventId === null) {
      this.left(key)
      return
    }
    this.#looks.set(key, { name, eventId, since: isoTime(nowMs) })
    this.#onChange(this.people)
  }

  left(key: Key): void {
    if (this.#looks.delete(key)) this.#onChange(this.people)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
