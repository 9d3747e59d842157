/**
 * Time is a value that comes in by the constructor. Three clocks, never mixed:
 *
 *     media time   ticks of 1/90 000 s in the container, per connection      (Sample.pts)
 *     timeline     milliseconds that only go forward, survive reconnects      (Frame.timeMs): dwell is measured here
 *     wall clock   UTC epoch milliseconds, may be stepped by NTP              (Frame.wallMs): people read this
 */
export interface Clock {
  /** UTC epoch, ms. */
  wallMs(): number
  /** Milliseconds since the machine started; never steps, survives a restart of the process. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
}

/** ISO-8601 with milliseconds and the offset of the place, `+08:00` unless another is given. */
export function isoTime(wallMs: number, offsetMinutes = 480): string {
  const sign = offsetMinutes < 0 ? '-' : '+'
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, '0')
  const local = new Date(Math.round(wallMs) + offsetMinutes * 60_000).toISOString().slice(0, -1)
  return `${local}${sign}${hours}:${minutes}`
}

/** Minutes east of UTC of an ISO-8601 time with an offset. */
export function offsetMinutesOf(time: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(time) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0))
}
