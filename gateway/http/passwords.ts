/**
 * Passwords are kept as scrypt hashes that carry their own cost, so that the cost can be raised later.
 *
 *     scrypt$32768$8$1$<salt>$<hash>          32 MB and about 80 ms a try on one core
 *
 * At most `TRIES_AT_ONCE` are computed together: a storm of logins may not take the memory of the analysis.
 */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'
import { fault } from '../kit/errors.ts'

const COST = 2 ** 15
const BLOCK = 8
const LANES = 1
const HASH_BYTES = 32
const TRIES_AT_ONCE = 4
export const PASSWORD_LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 200

/** No 0/O, 1/l/I: it is read from a terminal and typed by hand. */
const ONE_TIME_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

let tries = 0

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST, BLOCK, LANES)
  return ['scrypt', COST, BLOCK, LANES, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

export async function fitsPassword(password: string, stored: string): Promise<boolean> {
  const [, cost, block, lanes, salt, hash] = stored.split('$')
  const wanted = Buffer.from(hash!, 'base64url')
  const got = await derive(
    password,
    Buffer.from(salt!, 'base64url'),
    Number(cost),
    Number(block),
    Number(lanes),
  )
  return timingSafeEqual(got, wanted)
}

/** Twenty characters of 32: 100 bits. */
export function oneTimePassword(): string {
  const letters = Array.from({ length: 20 }, () => ONE_TIME_ALPHABET[randomInt(ONE_TIME_ALPHABET.length)]!)
  return letters.join('').replace(/(.{5})(?=.)/g, '$1-')
}

/** Length is what counts; no rules about digits and signs, which only make people write passwords down. */
export function weaknessOf(password: string, name: string): string | null {
  if (password.length < PASSWORD_LENGTH_MIN) return 'too short'
  if (password.length > PASSWORD_LENGTH_MAX) return 'too long'
  if (password.toLowerCase().includes(name.toLowerCase())) return 'contains the name'
  if (new Set(password).size < 5) return 'too few different characters'
  return null
}

async function derive(
  password: string,
  salt: Buffer,
  cost: number,
  block: number,
  lanes: number,
): Promise<Buffer> {
  if (tries >= TRIES_AT_ONCE) throw fault('LOGIN_BUSY')
  tries++
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const options = { N: cost, r: block, p: lanes, maxmem: 256 * cost * block }
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      )
    })
  } finally {
    tries--
  }
}
