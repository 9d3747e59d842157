/**
 * The other doors of a box for recordings, and what goes in at each:
 *
 *     PUT  /bodycam/uploads/:id/track     positions, before the last byte of the film
 *     POST /bodycam/form                  film, positions and details in one form
 *     dock folder                         film under a temporary name, details and positions beside it, then its name
 */
import { copyFileSync, openAsBlob, renameSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'

export interface Track {
  readonly format: TrackFormat
  readonly text: string
}
export type TrackFormat = 'gpx' | 'nmea' | 'gps.json'

const TYPES: Readonly<Record<TrackFormat, string>> = {
  gpx: 'application/gpx+xml',
  nmea: 'text/plain',
  'gps.json': 'application/json',
}

export interface Sent {
  readonly file: string
  readonly details: Readonly<Record<string, string>>
  readonly track?: Track | undefined
}

export async function sendTrack(uploadUrl: string, token: string, { format, text }: Track): Promise<void> {
  const response = await fetch(`${uploadUrl}/track`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': TYPES[format] },
    body: text,
  })
  if (!response.ok) throw new Error(`the track was answered with ${response.status}`)
}

/** @returns false: the box says that it has these bytes */
export async function sendForm(url: string, token: string, { file, details, track }: Sent): Promise<boolean> {
  const form = new FormData()
  form.append('details', JSON.stringify(details))
  if (track)
    form.append('track', new Blob([track.text], { type: TYPES[track.format] }), `track.${track.format}`)
  form.append('file', await openAsBlob(file), basename(file))
  try {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${url}/bodycam/form`, { method: 'POST', headers, body: form })
    if (response.status === 409) return false
    if (!response.ok)
      throw new Error(`answered with ${response.status}: ${(await response.text()).slice(0, 200)}`)
    return true
  } catch (error) {
    throw fault('UPLOAD_FAILED', { file, reason: reasonOf(error) }, error)
  }
}

/** Whoever watches the folder sees the film when it is whole, with everything beside it. */
export function dropIntoFolder(folder: string, { file, details, track }: Sent): void {
  const name = basename(file)
  const beside = (extension: string) => join(folder, `${basename(file, extname(file))}.${extension}`)
  writeFileSync(beside('json'), JSON.stringify(details))
  if (track) writeFileSync(beside(track.format), track.text)
  const unfinished = join(folder, `.${name}.part`)
  copyFileSync(file, unfinished)
  renameSync(unfinished, join(folder, name))
}
