/** Lines each of which holds the hash of the one before it, read by whoever has a SHA-256; `chained-log.ts` writes them. */

export type Body = Readonly<Record<string, unknown>>

export interface ChainedLine {
  readonly n: number
  readonly body: Body
  readonly prev: string
  readonly hash: string
  /** What was put beside the hash: a signature over it. Not hashed itself. */
  readonly seal?: unknown
}

export interface ReadLog {
  readonly lines: readonly ChainedLine[]
  /** Number of the first line that does not fit, from 1; null: all of them do. */
  readonly brokenAt: number | null
  /** Bytes up to the end of the last whole line. */
  readonly wholeBytes: number
}

/** What the hash of a line is over: its JSON, members in the order in which they were written. */
export function hashedText(n: number, body: Body, prev: string): string {
  return JSON.stringify({ n, ...body, prev })
}

/** What was read before the first line that does not fit counts; what stands behind it is anybody's. */
export function readChained(text: string, sha256: (data: Uint8Array) => string): ReadLog {
  const lines: ChainedLine[] = []
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const wholeBytes = bytesOf(whole).length
  let prev = ''
  for (const line of whole.split('\n').slice(0, -1)) {
    const read = readLine(line)
    const fits = read !== null && read.n === lines.length + 1 && read.prev === prev
    if (!fits || read.hash !== sha256(bytesOf(hashedText(read.n, read.body, prev)))) {
      return { lines, brokenAt: lines.length + 1, wholeBytes }
    }
    lines.push(read)
    prev = read.hash
  }
  return { lines, brokenAt: null, wholeBytes }
}

function readLine(line: string): ChainedLine | null {
  try {
    const { n, prev, hash, seal, ...body } = JSON.parse(line) as Record<string, unknown>
    if (typeof n !== 'number' || typeof prev !== 'string' || typeof hash !== 'string') return null
    return { n, body, prev, hash, ...(seal === undefined ? {} : { seal }) }
  } catch {
    return null // The caller says at which line the chain is broken.
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
