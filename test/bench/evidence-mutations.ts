/**
 * One change each to sealed packages or to their chain, and what must be said about it. A kind is a line of the table
 * that the bench prints; `null` says that the dice hit nothing that can be changed so.
 */
import type { KeyObject } from 'node:crypto'
import type { Finding } from '../../gateway/evidence/findings.ts'
import { bytesAt, type Files, namesIn, reseal, retag, textAt } from './evidence-box.ts'

export type Random = (below: number) => number

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** A finding with the folder of its package; '' for one about the chain. */
export type Told = Finding & { readonly folder: string }

export interface Change {
  readonly what: string
  /** Whether one of the findings names what was changed. */
  readonly names: (told: Told) => boolean
}

export interface Dice {
  readonly files: Files
  readonly ids: readonly string[]
  readonly stolen: KeyObject
  readonly random: Random
}

type Mutation = (dice: Dice) => Change | null

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!

function pickFile({ files, ids, random }: Dice, fits: (name: string) => boolean = () => true) {
  const id = pick(random, ids)
  const names = namesIn(files, id).filter((name) => name !== TOKEN && fits(name))
  const name = pick(random, names)
  return { id, name, path: `${id}/${name}`, bytes: bytesAt(files, `${id}/${name}`) }
}

const TAGMANIFEST = 'tagmanifest-sha256.txt'
const SIGNATURE = `${TAGMANIFEST}.sig`
const TOKEN = `${TAGMANIFEST}.tsr`

/** A changed signature shows as a tag manifest that it does not fit; so does a changed tag manifest. */
function about(folder: string, ...items: string[]) {
  const all = items.flatMap((item) => (item === SIGNATURE ? [item, TAGMANIFEST] : [item]))
  return (told: Told) => told.folder === folder && (all.includes(told.item) || all.includes(told.detail))
}

/** One file with other bytes. */
function rewrite(
  change: (bytes: Buffer, random: Random) => Buffer | null,
  fits?: (name: string) => boolean,
): Mutation {
  return (dice) => {
    const { id, name, path, bytes } = pickFile(dice, fits)
    const next = change(bytes, dice.random)
    if (next === null || next.equals(bytes)) return null
    dice.files.set(path, next)
    return { what: path, names: about(id, name) }
  }
}

/** One text file with other lines. */
function relines(
  change: (lines: string[], random: Random) => void,
  fits: (name: string) => boolean,
): Mutation {
  return rewrite((bytes, random) => {
    const lines = bytes.toString('utf8').trimEnd().split('\n')
    change(lines, random)
    return Buffer.from(`${lines.join('\n')}\n`)
  }, fits)
}

const isManifest = (name: string) => /manifest-\w+\.txt$/.test(name)
const isText = (name: string) => /\.(txt|pem|ndjson|json)$/.test(name)

function move(rename: (name: string, random: Random) => string): Mutation {
  return (dice) => {
    const { id, name, path, bytes } = pickFile(dice)
    const to = rename(name, dice.random)
    if (to === name || dice.files.has(`${id}/${to}`)) return null
    dice.files.delete(path)
    dice.files.set(`${id}/${to}`, bytes)
    return { what: `${path} to ${to}`, names: about(id, name) }
  }
}

function flipBit(bytes: Buffer, random: Random): Buffer {
  const next = Buffer.from(bytes)
  next[random(next.length)]! ^= 1 << random(8)
  return next
}

const cut = (bytes: Buffer, at: number, count: number, put = Buffer.alloc(0)) =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + count)])

const onToken = (change: (bytes: Buffer, random: Random) => Buffer): Mutation => {
  return ({ files, ids, random }) => {
    const id = pick(random, ids)
    files.set(`${id}/${TOKEN}`, change(bytesAt(files, `${id}/${TOKEN}`), random))
    return { what: `${id}/${TOKEN}`, names: about(id, TOKEN) }
  }
}

function removePackages(files: Files, ids: readonly string[]): void {
  for (const id of ids) for (const name of namesIn(files, id)) files.delete(`${id}/${name}`)
}

function renamePackage(files: Files, from: string, to: string): void {
  const things = namesIn(files, from).map((name) => [name, bytesAt(files, `${from}/${name}`)] as const)
  removePackages(files, [from])
  for (const [name, thing] of things) files.set(`${to}/${name}`, thing)
}

/** A word of the record is exchanged for another, as somebody would who wants another story. */
function retell(dice: Dice): { id: string; index: number } {
  const index = dice.random(dice.ids.length)
  const path = `${dice.ids[index]}/data/evidence.json`
  const stories: [RegExp, string][] = [
    [/"zoneId": "\w+"/, '"zoneId": "yard"'],
    [/("startedAt": "2026-01-01T)../, '$109'],
    [/"offsetMs": \d+/, '"offsetMs": 3'],
  ]
  const [from, to] = pick(dice.random, stories)
  dice.files.set(path, Buffer.from(textAt(dice.files, path).replace(from, to)))
  return { id: dice.ids[index]!, index }
}

const BYTES: Record<string, Mutation> = {
  'bit flipped': rewrite(flipBit),
  'byte removed': rewrite((bytes, random) => cut(bytes, random(bytes.length), 1)),
  'byte inserted': rewrite((bytes, random) =>
    cut(bytes, random(bytes.length + 1), 0, Buffer.from([random(256)])),
  ),
  'byte replaced': rewrite((bytes, random) =>
    cut(bytes, random(bytes.length), 1, Buffer.from([random(256)])),
  ),
  'two bytes exchanged': rewrite((bytes, random) => {
    const next = Buffer.from(bytes)
    const [one, other] = [random(next.length), random(next.length)]
    ;[next[one], next[other]] = [next[other]!, next[one]!]
    return next
  }),
  'bytes added at the end': rewrite((bytes, random) =>
    Buffer.concat([bytes, Buffer.alloc(1 + random(9), random(256))]),
  ),
  'cut short': rewrite((bytes, random) => bytes.subarray(0, random(bytes.length))),
  'zeros in the middle': rewrite((bytes, random) => {
    const next = Buffer.from(bytes)
    const at = random(next.length)
    return next.fill(0, at, Math.min(next.length, at + 1 + random(64)))
  }),
}

const LINES: Record<string, Mutation> = {
  'manifest line removed': relines((lines, random) => void lines.splice(random(lines.length), 1), isManifest),
  'manifest lines reordered': relines((lines, random) => {
    const [one, other] = [random(lines.length), random(lines.length)]
    ;[lines[one], lines[other]] = [lines[other]!, lines[one]!]
  }, isManifest),
  'manifest line doubled': relines((lines, random) => void lines.push(pick(random, lines)), isManifest),
  'manifest hash in capitals': relines((lines, random) => {
    const at = random(lines.length)
    lines[at] = lines[at]!.replace(/^\w+/, (hash) => hash.toUpperCase())
  }, isManifest),
  'line ends changed': rewrite(
    (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n')),
    isText,
  ),
  'byte order mark': rewrite((bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), isText),
  'space added': rewrite((bytes, random) => {
    const spaces = [...bytes.keys()].filter((at) => bytes[at] === 0x20)
    return spaces.length === 0 ? null : cut(bytes, pick(random, spaces), 0, Buffer.from(' '))
  }, isText),
}

const FILES: Record<string, Mutation> = {
  'file removed': (dice) => {
    const { id, name, path } = pickFile(dice)
    dice.files.delete(path)
    return { what: path, names: about(id, name) }
  },
  'file added': ({ files, ids, random }) => {
    const id = pick(random, ids)
    const name = `${pick(random, ['', 'data/', 'data/original/', 'data/derived/'])}extra-${random(1000)}.bin`
    files.set(`${id}/${name}`, Buffer.alloc(random(50), random(256)))
    return { what: `${id}/${name}`, names: about(id, name) }
  },
  'file renamed': move((name, random) =>
    pick(random, [`${name}x`, `data/moved-${random(1000)}`, name.slice(0, -1)]),
  ),
  'file moved to another folder': move((name) => name.replace('data/original/', 'data/derived/')),
  'name in other case': move((name, random) => {
    const at = random(name.length)
    return name.slice(0, at) + name.slice(at).toUpperCase()
  }),
  'name that only looks the same': move((name, random) =>
    pick(random, [
      name.replace('a', 'а'), // Cyrillic
      name.replace('t', 't\u200b'),
      `${name}\u200d`,
      name.replace('-', '\u2010'),
      `${name.slice(0, -1)}\u202e${name.slice(-1)}`,
      name.replace('e', 'e\u0301'),
    ]),
  ),
  'two files exchanged': (dice) => {
    const { id, name, path, bytes } = pickFile(dice)
    const other = pick(
      dice.random,
      namesIn(dice.files, id).filter((one) => one !== TOKEN),
    )
    const others = bytesAt(dice.files, `${id}/${other}`)
    if (others.equals(bytes)) return null
    dice.files.set(path, others)
    dice.files.set(`${id}/${other}`, bytes)
    return { what: `${path} with ${other}`, names: about(id, name, other) }
  },
  'file taken from another package': ({ files, ids, random }) => {
    const [id, other] = [pick(random, ids), pick(random, ids)]
    const names = namesIn(files, id).filter((name) => {
      const theirs = files.get(`${other}/${name}`)
      return name !== TOKEN && Buffer.isBuffer(theirs) && !theirs.equals(bytesAt(files, `${id}/${name}`))
    })
    if (names.length === 0) return null
    const name = pick(random, names)
    files.set(`${id}/${name}`, bytesAt(files, `${other}/${name}`))
    return { what: `${id}/${name}`, names: about(id, name) }
  },
  'file made a link': (dice) => {
    const { id, name, path } = pickFile(dice)
    dice.files.set(path, { link: '/dev/null' })
    return { what: path, names: about(id, name) }
  },
  'empty folder added': ({ files, ids, random }) => {
    const id = pick(random, ids)
    const name = `data/more-${random(1000)}`
    files.set(`${id}/${name}`, 'folder')
    return { what: `${id}/${name}`, names: about(id, name) }
  },
}

const SEALS: Record<string, Mutation> = {
  'signature changed': rewrite(flipBit, (name) => name === SIGNATURE),
  'signature of another package': ({ files, ids, random }) => {
    const [id, other] = [pick(random, ids), pick(random, ids)]
    if (id === other) return null
    files.set(`${id}/${SIGNATURE}`, bytesAt(files, `${other}/${SIGNATURE}`))
    return { what: id, names: about(id, SIGNATURE) }
  },
  'token: bit flipped': onToken(flipBit),
  'token: cut short or grown': onToken((bytes, random) =>
    random(2) === 0
      ? bytes.subarray(0, random(bytes.length))
      : Buffer.concat([bytes, Buffer.from([random(256)])]),
  ),
  'token of another package': ({ files, ids, random }) => {
    const [id, other] = [pick(random, ids), pick(random, ids)]
    if (id === other) return null
    files.set(`${id}/${TOKEN}`, bytesAt(files, `${other}/${TOKEN}`))
    return { what: id, names: about(id, TOKEN) }
  },
  'token removed': ({ files, ids, random }) => {
    const id = pick(random, ids)
    files.delete(`${id}/${TOKEN}`)
    return { what: id, names: about(id, TOKEN) }
  },
  'rotation record changed': ({ files, ids, random }) => {
    const rotated = ids.filter((one) => files.has(`${one}/key-rotations.ndjson`))
    const id = pick(random, rotated)
    const path = `${id}/key-rotations.ndjson`
    files.set(path, flipBit(bytesAt(files, path), random))
    return { what: path, names: about(id, 'key-rotations.ndjson') }
  },
  'tag manifest made anew, not signed': (dice) => {
    const { id, path, bytes } = pickFile(dice, (name) => /^(bag-info|manifest)/.test(name))
    dice.files.set(path, flipBit(bytes, dice.random))
    retag(dice.files, id)
    return { what: path, names: about(id, TAGMANIFEST) }
  },
  'story changed, signed anew by a stranger': (dice) => {
    const { id } = retell(dice)
    reseal(dice.files, id)
    return { what: id, names: ({ folder, code }) => folder === id && code === 'KEY_WRONG' }
  },
  'picture exchanged, signed anew by a stranger': (dice) => {
    const { id, path, bytes } = pickFile(dice, (name) => name.startsWith('data/derived/'))
    dice.files.set(path, flipBit(bytes, dice.random))
    reseal(dice.files, id)
    return { what: path, names: ({ folder, code }) => folder === id && code === 'KEY_WRONG' }
  },
  'story changed, signed anew with the stolen key': (dice) => {
    const { id, index } = retell(dice)
    reseal(dice.files, id, dice.stolen)
    const next = dice.ids[index + 1]
    return {
      what: id,
      names: ({ folder, code, item }) =>
        next === undefined
          ? code === 'CHAIN_HEAD' && item === id
          : folder === next && code === 'CHAIN_BROKEN' && item === id,
    }
  },
}

const CHAIN: Record<string, Mutation> = {
  'package removed': ({ files, ids, random }) => {
    const index = random(ids.length)
    removePackages(files, [ids[index]!])
    const isIt = (told: Told) =>
      (told.code === 'CHAIN_GAP' && told.item === String(index + 1)) ||
      (told.code === 'CHAIN_HEAD' && told.item === ids[index])
    return { what: ids[index]!, names: isIt }
  },
  'chain cut at its start': ({ files, ids, random }) => {
    const count = 1 + random(ids.length - 1)
    removePackages(files, ids.slice(0, count))
    const lost = count === 1 ? '1' : `1–${count}`
    return { what: `${count}`, names: ({ code, item }) => code === 'CHAIN_GAP' && item === lost }
  },
  'chain cut at its end': ({ files, ids, random }) => {
    removePackages(files, ids.slice(1 + random(ids.length - 1)))
    return { what: 'end', names: ({ code, item }) => code === 'CHAIN_HEAD' && item === ids.at(-1) }
  },
  'chain cut at its end, and chain.json with it': ({ files, ids, random }) => {
    const left = 1 + random(ids.length - 1)
    removePackages(files, ids.slice(left))
    files.set('chain.json', Buffer.from(textAt(files, 'chain.json').replace(ids.at(-1)!, ids[left - 1]!)))
    return { what: 'end', names: ({ code }) => code === 'CHAIN_ANCHOR' }
  },
  'chain cut at its end, chain.json gone': ({ files, ids, random }) => {
    removePackages(files, ids.slice(1 + random(ids.length - 1)))
    files.delete('chain.json')
    return { what: 'end', names: ({ code }) => code === 'CHAIN_ANCHOR' }
  },
  'chain.json changed': ({ files, random }) => {
    files.set('chain.json', flipBit(bytesAt(files, 'chain.json'), random))
    return { what: 'chain.json', names: ({ code }) => /^CHAIN_(HEAD|RECORD_BAD)$/.test(code) }
  },
  'package renamed': ({ files, ids, random }) => {
    const id = pick(random, ids)
    const to = `${id.slice(0, -1)}${pick(random, [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'])}`
    if (ids.includes(to)) return null
    renamePackage(files, id, to)
    return { what: id, names: ({ code, item }) => code === 'FOLDER_NAME' && item === to }
  },
  'two packages exchanged': ({ files, ids, random }) => {
    const [one, other] = [pick(random, ids), pick(random, ids)]
    if (one === other) return null
    renamePackage(files, one, 'held')
    renamePackage(files, other, one)
    renamePackage(files, 'held', other)
    return { what: `${one} with ${other}`, names: ({ code, item }) => code === 'FOLDER_NAME' && item === one }
  },
  'package doubled': ({ files, ids, random }) => {
    const id = pick(random, ids)
    const to = `${id.slice(0, 25)}${pick(random, [...'0123456789'])}`
    if (ids.includes(to)) return null
    for (const name of namesIn(files, id)) files.set(`${to}/${name}`, bytesAt(files, `${id}/${name}`))
    return { what: id, names: ({ code, item }) => code === 'FOLDER_NAME' && item === to }
  },
}

/** Table of kinds, by group. */
export const MUTATIONS: Readonly<Record<string, Readonly<Record<string, Mutation>>>> = {
  bytes: BYTES,
  lines: LINES,
  files: FILES,
  seals: SEALS,
  chain: CHAIN,
}
