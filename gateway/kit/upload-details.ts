/** What a device says beside the film that it uploads: keys and texts, as they came. */
export type Details = Readonly<Record<string, string | null>>

export const said = (details: Details, key: string): string => (details[key] ?? '').trim()

/** [R66] Violence against officers, or a conflict: comes in ahead of everything. */
export function isIncident(details: Details): boolean {
  return said(details, 'incident') !== '' || said(details, 'priority').toUpperCase() === 'CONFLICT'
}
