/**
 * What the list is asked for, and which alerts that arrive live belong into it. Kept for this login, so that a
 * reload shows the same list.
 */
import type { AlertRecord } from '../alerts/desk.ts'

export type Span = '' | 'hour' | 'shift' | 'today' | 'between'
export interface Filter {
  readonly pending: boolean
  /** One state; empty: all that `pending` allows. */
  readonly state: string
  readonly rule: string
  readonly camera: string
  readonly zone: string
  readonly grade: string
  readonly span: Span
  /** As a field for date and time gives it, of this browser's clock; for `between`. */
  readonly from: string
  readonly to: string
  /** Any part of the event id. */
  readonly idPart: string
}

/** What waits for a person's word; what nobody reviewed in time waits still. */
export const WAITING: readonly string[] = ['PENDING_REVIEW', 'DETECTED', 'EXPIRED']
const HOUR_MS = 3_600_000
const SHIFT_HOURS = 8
const PAGE = '100'
const STORED = 'lushao.filter'

export const NO_FILTER: Filter = {
  ...{ pending: true, state: '', rule: '', camera: '', zone: '', grade: '' },
  ...{ span: '', from: '', to: '', idPart: '' },
}

/** How many filters are set beside the switch between what waits and all. */
export const countOf = ({ pending: _, from: _from, to: _to, ...set }: Filter): number =>
  Object.values(set).filter((value) => value !== '').length

function boundsOf({ span, from, to }: Filter, nowMs: number): { fromMs: number | null; toMs: number | null } {
  const ms = (field: string) => (field === '' ? null : new Date(field).getTime())
  if (span === 'between') return { fromMs: ms(from), toMs: ms(to) }
  if (span === '') return { fromMs: null, toMs: null }
  const hours = span === 'shift' ? SHIFT_HOURS : 1
  const fromMs = span === 'today' ? new Date(nowMs).setHours(0, 0, 0, 0) : nowMs - hours * HOUR_MS
  return { fromMs, toMs: null }
}

export function queryOf(filter: Filter, before?: string): Record<string, string> {
  const { fromMs, toMs } = boundsOf(filter, Date.now())
  const { pending, state, rule, camera, zone, grade, idPart } = filter
  const states = state || (pending ? WAITING.join(',') : '')
  return {
    limit: PAGE,
    ...(states && { state: states }),
    ...(rule && { rule }),
    ...(camera && { camera }),
    ...(zone && { zone }),
    ...(grade && { grade }),
    ...(idPart && { idPart }),
    ...(fromMs !== null && { from: new Date(fromMs).toISOString() }),
    ...(toMs !== null && { to: new Date(toMs).toISOString() }),
    ...(before && { before }),
  }
}

/** @returns does an alert belong into the list now? */
export function fitting(filter: Filter): (alert: AlertRecord) => boolean {
  const { fromMs, toMs } = boundsOf(filter, Date.now())
  const idPart = filter.idPart.toUpperCase()
  const wants = (wanted: string, found: string) => wanted === '' || wanted === found
  return ({ eventId, state, event }) => {
    if (filter.state === '' ? filter.pending && !WAITING.includes(state) : state !== filter.state)
      return false
    if (!wants(filter.rule, event.ruleId) || !wants(filter.camera, event.cameraId)) return false
    if (!wants(filter.zone, event.zoneId) || !wants(filter.grade, event.grade)) return false
    if (idPart !== '' && !eventId.toUpperCase().includes(idPart)) return false
    if (fromMs === null && toMs === null) return true
    const startedMs = Date.parse(event.startedAt)
    return (fromMs === null || startedMs >= fromMs) && (toMs === null || startedMs < toMs)
  }
}

export function storedFilter(): Filter {
  try {
    return { ...NO_FILTER, ...(JSON.parse(sessionStorage.getItem(STORED) ?? '{}') as Partial<Filter>) }
  } catch {
    return NO_FILTER
  }
}

export const storeFilter = (filter: Filter): void => sessionStorage.setItem(STORED, JSON.stringify(filter))
