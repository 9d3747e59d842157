/**
 * A docking station after a shift: every recorder uploads what it has, all at the same time, over one bad line.
 *
 *     plan ─▶ films ─▶ recorder 1 ─┐                              ┌─▶ what it made of each,
 *                      recorder 2 ─┼─ bad line ─▶ box ─ its API ──┤   and whether that is right
 *                      recorder 3 ─┘                              └─▶ none lost, none twice, no byte other
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../gateway/kit/clock.ts'
import { BadLink, seededTroubles } from '../bad-link.ts'
import { type Answer, BoxAnswers } from './answers.ts'
import { compareClocks } from './clock.ts'
import { dropIntoFolder, sendForm } from './forms.ts'
import type { PlannedRecording } from './shift-plan.ts'
import { uploadRecording } from './upload.ts'
import { drawStreet, filmWorn } from './worn-film.ts'

const CHUNK_BYTES = 256 * 1024
const RETRY_DELAYS_MS = [20, 100, 500, 1_000, 2_000, 5_000]

export interface ShiftBox {
  /** Of the gateway, for example http://127.0.0.1:8480 */
  readonly url: string
  /** May upload recordings. */
  readonly token: string
  /** May read them. */
  readonly readerToken: string
  /** That the box watches. */
  readonly dockFolder?: string | undefined
}

export interface ShiftOptions {
  readonly box: ShiftBox
  readonly plan: readonly PlannedRecording[]
  /** Films lie here until they are removed by whoever made it. */
  readonly folder: string
  readonly seed: number
  /** Troubles of the line, spread over the bytes. */
  readonly breaks: number
  /** How long the box may take to decide. */
  readonly withinMs: number
  readonly onProgress?: (step: 'street' | 'films' | 'sent', share: number) => void
}

export interface Told extends Answer {
  readonly name: string
  readonly what: string
  /** tus, form or folder; a door that the box lacks is said. */
  readonly way: string
  readonly bytes: number
  readonly sha256: string
  readonly sends: number
  readonly resumes: number
  /** The box said at once that it has these bytes. */
  readonly known: boolean
}

export interface ShiftReport {
  readonly ok: boolean
  readonly recordings: readonly Told[]
  readonly line: BadLink['made'] & { readonly connections: number }
}

type Film = PlannedRecording & { readonly file: string; readonly bytes: number; readonly sha256: string }
type Sending = Pick<Told, 'way' | 'resumes' | 'known'>

export async function uploadShift(options: ShiftOptions): Promise<ShiftReport> {
  const { box, seed, breaks, withinMs, onProgress } = options
  const answers = new BoxAnswers(box.url, box.readerToken)
  const doors = await answers.doors()
  const films = await makeFilms(options)
  // What is sent twice is known the second time.
  const byLine = films.filter((film) => wayOf(film, box, doors) === 'tus' && !film.losesAnswer)
  const totalBytes = byLine.reduce((sum, { bytes }) => sum + bytes, 0)
  const troubles = seededTroubles(seed, breaks, totalBytes / (breaks + 1))
  const line = await BadLink.start({ ...placeOf(box.url), troubles })
  const sendings = new Map<string, Sending>()
  try {
    const dock = new Dock(box, doors, line)
    const slots = new Set(films.map(({ slot }) => slot))
    const emptied = [...slots].map(async (slot) => {
      for (const film of films) {
        if (film.slot !== slot) continue
        sendings.set(film.name, await dock.send(film))
        onProgress?.('sent', sendings.size / films.length)
      }
    })
    await Promise.all(emptied)
  } finally {
    await line.close()
  }
  const answered = await answers.await(films, withinMs)
  const recordings = films.map(({ name, what, bytes, sha256, sends }) => ({
    ...{ name, what, bytes, sha256, sends },
    ...sendings.get(name)!,
    ...answered.get(name)!,
  }))
  const ok = recordings.every(({ wrong }) => wrong === null)
  return { ok, recordings, line: { ...line.made, connections: line.connections } }
}

async function makeFilms({ plan, folder, seed, onProgress }: ShiftOptions): Promise<Film[]> {
  const street = await drawStreet(folder, seed, (share) => onProgress?.('street', share))
  const films: Film[] = []
  for (const planned of plan) {
    const file = join(folder, planned.name)
    await filmWorn(street, file, planned.film)
    if (planned.keepShare < 1) truncateSync(file, Math.floor(statSync(file).size * planned.keepShare))
    const bytes = readFileSync(file)
    films.push({
      ...planned,
      file,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    onProgress?.('films', films.length / plan.length)
  }
  return films
}

class Dock {
  readonly #box: ShiftBox
  readonly #doors: ReadonlySet<string>
  readonly #line: BadLink

  constructor(box: ShiftBox, doors: ReadonlySet<string>, line: BadLink) {
    this.#box = box
    this.#doors = doors
    this.#line = line
  }

  async send(film: Film): Promise<Sending> {
    const { deviceSerial = '' } = film.details
    if (film.comparesClockMs !== null) {
      await compareClocks(this.#box, deviceSerial, film.comparesClockMs, systemClock)
    }
    const first = await this.#once(film)
    if (film.sends === 1) return first
    const second = await this.#once(film)
    return { ...first, known: second.known, resumes: first.resumes + second.resumes }
  }

  async #once(film: Film): Promise<Sending> {
    const { url, token, dockFolder } = this.#box
    const { file } = film
    const way = wayOf(film, this.#box, this.#doors)
    const sent = { file, track: film.track, details: { ...film.details, sha256: film.sha256 } }
    if (way === 'form') {
      // A form cannot be resumed: it goes by the good line.
      return { way, resumes: 0, known: !(await sendForm(url, token, sent)) }
    }
    if (way === 'folder' && dockFolder !== undefined) {
      dropIntoFolder(dockFolder, sent)
      return { way, resumes: 0, known: false }
    }
    const line = film.losesAnswer ? await BadLink.start(placeOf(url)) : this.#line
    try {
      const { resumes, known } = await this.#byTus(film, sent, line)
      return { way: film.way === way ? way : `${way}, no ${film.way}`, resumes, known }
    } finally {
      if (film.losesAnswer) await line.close()
    }
  }

  #byTus(film: Film, sent: Parameters<typeof dropIntoFolder>[1], line: BadLink) {
    const takesTracks = this.#doors.has('/bodycam/uploads/{id}/track')
    let isLost = false
    return uploadRecording({
      ...{ url: line.through(`${this.#box.url}/bodycam/uploads`), token: this.#box.token, file: film.file },
      ...{ metadata: sent.details, chunkBytes: CHUNK_BYTES, retryDelaysMs: RETRY_DELAYS_MS },
      ...(takesTracks && sent.track && { track: sent.track }),
      onLastPiece: () => {
        if (film.losesAnswer && !isLost) line.loseAnswer()
        isLost = true
      },
    })
  }
}

/** By the way that was planned, where the box has a door for it. */
function wayOf({ way }: Film, { dockFolder }: ShiftBox, doors: ReadonlySet<string>): Film['way'] {
  if (way === 'form') return doors.has('/bodycam/form') ? way : 'tus'
  return way === 'folder' && dockFolder === undefined ? 'tus' : way
}

function placeOf(url: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}
