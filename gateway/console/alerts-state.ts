/**
 * The desk's memory: alerts by id, what is filtered, which is open, which are new since somebody looked.
 *
 * An alert that no longer fits the filter (it was just reviewed) stays in the list while it is open.
 */
import type { ShownAlert } from '../http/shown-alerts.ts'
import { type Filter, fitting, NO_FILTER } from './alert-filter.ts'

export interface AlertsState {
  readonly records: ReadonlyMap<string, ShownAlert>
  readonly filter: Filter
  readonly selected: string | null
  readonly fresh: ReadonlySet<string>
  readonly next: string | null
}
export type Action =
  | {
      readonly type: 'loaded' | 'more'
      readonly alerts: readonly ShownAlert[]
      readonly next: string | null
    }
  | { readonly type: 'changed' | 'opened'; readonly alert: ShownAlert }
  | { readonly type: 'filter'; readonly filter: Filter }
  | { readonly type: 'select'; readonly eventId: string }
  | { readonly type: 'step'; readonly step: 1 | -1 }

/** What a console keeps of the list; older ones are loaded again when asked for. */
const RECORDS_MAX = 10_000

export const INITIAL: AlertsState = {
  records: new Map(),
  filter: NO_FILTER,
  selected: null,
  fresh: new Set(),
  next: null,
}

export function shown({ records, filter, selected }: AlertsState): ShownAlert[] {
  const fits = fitting(filter)
  return [...records.values()].filter((alert) => alert.eventId === selected || fits(alert)).sort(newestFirst)
}

export function reduce(state: AlertsState, action: Action): AlertsState {
  switch (action.type) {
    case 'loaded':
    case 'more': {
      const kept = action.type === 'more' ? state.records : opened(state)
      const records = new Map([...kept, ...action.alerts.map((alert) => [alert.eventId, alert] as const)])
      return selectedFirst({ ...state, records, next: action.next })
    }
    case 'changed': {
      const { alert } = action
      const known = state.records.get(alert.eventId)
      if (known && known.revision > alert.revision) return state
      const records = new Map(state.records).set(alert.eventId, alert)
      const fresh = known || alert.revision > 1 ? state.fresh : new Set(state.fresh).add(alert.eventId)
      return selectedFirst({ ...state, records: trimmed(records), fresh })
    }
    case 'opened':
      return looked(
        { ...state, records: new Map(state.records).set(action.alert.eventId, action.alert) },
        action.alert.eventId,
      )
    case 'filter':
      return { ...state, filter: action.filter }
    case 'select':
      return looked(state, action.eventId)
    case 'step': {
      const list = shown(state)
      const at = list.findIndex(({ eventId }) => eventId === state.selected)
      const to = list[Math.min(list.length - 1, Math.max(0, at + action.step))]
      return to ? looked(state, to.eventId) : state
    }
  }
}

function looked(state: AlertsState, eventId: string): AlertsState {
  const fresh = new Set(state.fresh)
  fresh.delete(eventId)
  return { ...state, selected: eventId, fresh }
}

/** Something is open whenever there is something to open. */
function selectedFirst(state: AlertsState): AlertsState {
  if (state.selected !== null && state.records.has(state.selected)) return state
  const [first] = shown({ ...state, selected: null })
  return first ? looked(state, first.eventId) : { ...state, selected: null }
}

function opened({ records, selected }: AlertsState): Map<string, ShownAlert> {
  const record = selected === null ? undefined : records.get(selected)
  return new Map(record ? [[record.eventId, record]] : [])
}

function trimmed(records: Map<string, ShownAlert>): ReadonlyMap<string, ShownAlert> {
  if (records.size <= RECORDS_MAX) return records
  const kept = [...records.values()].sort(newestFirst).slice(0, RECORDS_MAX)
  return new Map(kept.map((record) => [record.eventId, record]))
}

/** The times of one box have one offset, so that they sort as text; thousands are sorted at each change. */
function newestFirst(a: ShownAlert, b: ShownAlert): number {
  const [one, other] = [a.event.startedAt, b.event.startedAt]
  if (one !== other) return one < other ? 1 : -1
  return a.eventId < b.eventId ? 1 : -1
}
