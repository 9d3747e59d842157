/**
 * Files that somebody else keeps: told when one of them has another content and has been left alone for a look.
 *
 *     looks   a   a   b   c   c   c      by size and time of change
 *     told                    ─▶         not while it is still being written
 *
 * It looks instead of listening: a file that is replaced by another of its name is seen all the same, on every disk.
 */
import { statSync } from 'node:fs'

export class FileWatch {
  readonly #files: readonly string[]
  readonly #onChange: (file: string) => void
  readonly #timer: NodeJS.Timeout
  /** By file: as it was when it was last told of, and at the last look. */
  readonly #told = new Map<string, string>()
  readonly #last = new Map<string, string>()

  constructor(files: readonly string[], everyMs: number, onChange: (file: string) => void) {
    this.#files = files
    this.#onChange = onChange
    for (const file of files) {
      const now = lookOf(file)
      this.#told.set(file, now)
      this.#last.set(file, now)
    }
    this.#timer = setInterval(() => this.#look(), everyMs)
    this.#timer.unref()
  }

  #look(): void {
    for (const file of this.#files) {
      const now = lookOf(file)
      const still = this.#last.get(file) === now
      this.#last.set(file, now)
      if (!still || this.#told.get(file) === now || now === GONE) continue
      this.#told.set(file, now)
      this.#onChange(file)
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

/** Between the removal of a file and its replacement there is nothing to take up. */
const GONE = 'gone'

function lookOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? GONE : `${stat.size} ${stat.mtimeMs} ${stat.ino}`
}
