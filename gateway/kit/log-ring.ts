/**
 * The last lines of the gateway's own log, in memory, for people who look at the box from afar. Lines come here as they
 * leave the process: secrets are cut out already.
 */
import { Writable } from 'node:stream'

const LINES_MAX = 2_000
const LINE_LENGTH_MAX = 4_000

export interface LogLine {
  /** Counts up from the start of the process. */
  readonly line: number
  readonly at: string
  /** pino's number: 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number
  readonly message: string
  /** What else the line says, as JSON. */
  readonly more: string
}

export interface LogWish {
  readonly levelMin: number
  readonly contains: string
  readonly limit: number
}

export class LogRing {
  readonly #lines: LogLine[] = []
  #count = 0

  /** Newest first. */
  lines({ levelMin, contains, limit }: LogWish): LogLine[] {
    const wanted = contains.toLowerCase()
    return this.#lines
      .filter(({ level }) => level >= levelMin)
      .filter(({ message, more }) => `${message} ${more}`.toLowerCase().includes(wanted))
      .slice(-limit)
      .reverse()
  }

  /** A stream that passes everything on, and remembers the last of it. */
  before(destination: NodeJS.WritableStream): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const text = chunk.toString('utf8')
        destination.write(text)
        for (const line of text.split('\n')) if (line !== '') this.#keep(line)
        done()
      },
    })
  }

  #keep(text: string): void {
    this.#count++
    this.#lines.push(read(text, this.#count))
    if (this.#lines.length > LINES_MAX) this.#lines.shift()
  }
}

function read(text: string, line: number): LogLine {
  try {
    const { time, level, msg, pid: _, ...more } = JSON.parse(text) as Record<string, unknown>
    return {
      ...{
        line,
        at: String(time),
        level: Number(level),
        message: String(msg ?? '').slice(0, LINE_LENGTH_MAX),
      },
      more: Object.keys(more).length === 0 ? '' : JSON.stringify(more).slice(0, LINE_LENGTH_MAX),
    }
  } catch {
    return { line, at: '', level: 30, message: text.slice(0, LINE_LENGTH_MAX), more: '' }
  }
}
