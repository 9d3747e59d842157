/**
 * What the desk's tables keep, in plain memory: for walks so many that a database would take an hour over them.
 * A test walks the same way over both and finds no difference.
 */
import type { Deed, DeskStorage } from '../../gateway/alerts/desk-store.ts'
import type { AlertEntry, AlertRecord, Done, Transition } from '../../gateway/alerts/records.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'

interface Kept {
  record: AlertRecord | null
  readonly revisions: { readonly event: ViolationEvent; readonly facts: string | null }[]
  readonly transitions: Transition[]
  readonly entries: AlertEntry[]
}

export class MemoryStore implements DeskStorage {
  readonly #kept = new Map<string, Kept>()
  readonly #commands = new Map<string, string>()
  /** How to take back what the open transaction has done so far. */
  #undo: (() => void)[] | null = null
  readonly #afterCommit: (() => void)[] = []

  transaction<T>(work: () => T): T {
    if (this.#undo !== null) return work()
    this.#undo = []
    try {
      const result = work()
      this.#undo = null
      for (const tell of this.#afterCommit.splice(0)) tell()
      return result
    } catch (error) {
      for (const undo of this.#undo!.reverse()) undo()
      this.#undo = null
      this.#afterCommit.length = 0
      throw error
    }
  }

  /** Joins the open transaction. */
  undoable(undo: () => void): void {
    this.#undo?.push(undo)
  }

  afterCommit(tell: () => void): void {
    if (this.#undo === null) tell()
    else this.#afterCommit.push(tell)
  }

  get(eventId: string): AlertRecord | null {
    return this.#kept.get(eventId)?.record ?? null
  }

  addRevision(event: ViolationEvent, _messageId: string, facts: string | null, nowMs: number): void {
    const { eventId, revision, alertState } = event
    const kept = this.#of(eventId)
    const before = kept.record
    kept.record = {
      ...{ eventId, event, state: alertState as AlertRecord['state'], revision },
      ...{ acked: false, ackedRevision: 0, ackedAtMs: null },
      ...{ raisedAtMs: before?.raisedAtMs ?? nowMs, updatedAtMs: nowMs },
    }
    kept.revisions.push({ event, facts })
    this.undoable(() => {
      kept.record = before
      kept.revisions.pop()
      if (kept.revisions.length === 0) this.#kept.delete(eventId)
    })
  }

  addTransition({ from, to, ...deed }: Parameters<DeskStorage['addTransition']>[0]): void {
    this.#add(this.#of(deed.eventId).transitions, deed, { from, to, ...doneOf(deed) })
  }

  addEntry({ kind, ...deed }: Parameters<DeskStorage['addEntry']>[0]): void {
    this.#add(this.#of(deed.eventId).entries, deed, { kind: kind as AlertEntry['kind'], ...doneOf(deed) })
  }

  transitions(eventId: string): Transition[] {
    return [...(this.#kept.get(eventId)?.transitions ?? [])]
  }

  entries(eventId: string): AlertEntry[] {
    return [...(this.#kept.get(eventId)?.entries ?? [])]
  }

  revisions(eventId: string): ViolationEvent[] {
    return (this.#kept.get(eventId)?.revisions ?? []).map(({ event }) => event)
  }

  withFacts(eventId: string, facts: string): ViolationEvent | null {
    return this.#kept.get(eventId)?.revisions.find((one) => one.facts === facts)?.event ?? null
  }

  eventOfCommand(commandId: string): string | null {
    return this.#commands.get(commandId) ?? null
  }

  verifiedBefore(): ViolationEvent[] {
    return []
  }

  acknowledge(): string | null {
    return null
  }

  open(): ViolationEvent[] {
    return []
  }

  counts(): [] {
    return []
  }

  list(): AlertRecord[] {
    return []
  }

  #of(eventId: string): Kept {
    const kept = this.#kept.get(eventId) ?? { record: null, revisions: [], transitions: [], entries: [] }
    this.#kept.set(eventId, kept)
    return kept
  }

  #add<T>(list: T[], { eventId, commandId }: Deed, done: T): void {
    list.push(done)
    if (commandId !== undefined) this.#commands.set(commandId, eventId)
    this.undoable(() => {
      list.pop()
      if (commandId !== undefined) this.#commands.delete(commandId)
    })
  }
}

function doneOf({ actor, roles, rank, reasonCode, note, details, commandId, atMs }: Deed): Done {
  return {
    actor: { id: actor, roles, ...(rank === null ? {} : { rank }) } as Done['actor'],
    ...{ reasonCode: reasonCode ?? null, note: note ?? null, details: details ?? {} },
    ...{ commandId: commandId ?? null, atMs },
  }
}
