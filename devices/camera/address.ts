/**
 * Where a camera may be asked for by a person at the console: not the box itself, not what hands out its keys.
 *
 *     rtsp://host/path ─▶ user, password, scheme in order? ─▶ host resolved ─▶ every address allowed? ─▶ the URL by address
 *
 * The name is resolved once and the connection made to what was checked, so that a name server cannot answer twice. An
 * address in numbers of another base is an address once it is resolved.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'

const Range = z
  .string()
  .max(64)
  .refine((text) => rangeOf(text) !== null, 'an address, or a network such as 10.0.0.0/8')

export const CameraSetupOptions = z.strictObject({
  addressesAllowed: z
    .array(Range)
    .max(64)
    .default([])
    .describe(
      'Addresses or networks of cameras that may be asked although they are this machine’s own (loopback), link-local or the like.',
    ),
  probeSec: z
    .int()
    .min(2)
    .max(30)
    .default(6)
    .describe(
      'Seconds of a stream that are looked at when a camera is asked what it offers. Two GOPs at least.',
    ),
})
export type CameraSetupOptions = z.infer<typeof CameraSetupOptions>

export interface CameraAddress {
  /** As it was typed, without credentials. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** What was checked, and is to be connected to. */
  readonly address: string
}

/** Loopback, this host, link-local with the clouds’ metadata services, groups of receivers, and no address at all. */
const REFUSED = [
  ...['127.0.0.0/8', '0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '100.100.100.200/32'],
  ...['::1/128', '::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128', '64:ff9b::/96'],
]
const RTSP_PORT = { 'rtsp:': 554, 'rtsps:': 322 } as const
const refused = listOf(REFUSED)

/** @throws CAMERA_URL_REFUSED, CAMERA_ADDRESS_REFUSED, CAMERA_UNREACHABLE when the name is nobody's */
export async function addressOf(
  url: string,
  { addressesAllowed }: Pick<CameraSetupOptions, 'addressesAllowed'>,
): Promise<CameraAddress> {
  const { host, port } = partsOf(url)
  const found = await lookup(host, { all: true }).catch((error: unknown) => {
    throw fault('CAMERA_UNREACHABLE', { camera: host, reason: reasonOf(error) }, error)
  })
  const allowed = listOf(addressesAllowed)
  for (const { address } of found) {
    if (has(refused, address) && !has(allowed, address))
      throw fault('CAMERA_ADDRESS_REFUSED', { host, address })
  }
  return { url, host, port, address: found[0]!.address }
}

/** The URL a program is given: by address, with credentials. Never to be logged, never to be an argument. */
export function secretUrl(
  { url, address }: CameraAddress,
  login: { readonly user: string; readonly password: string } | null,
): string {
  const { protocol, port, pathname, search } = new URL(url)
  const who = login === null ? '' : `${percent(login.user)}:${percent(login.password)}@`
  const host = isIP(address) === 6 ? `[${address}]` : address
  return `${protocol}//${who}${host}${port === '' ? '' : `:${port}`}${pathname}${search}`
}

/** All but letters and digits: a quote or a colon in a password ends nothing. */
const percent = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

function partsOf(url: string): { readonly host: string; readonly port: number } {
  const refuse = (reason: string) => fault('CAMERA_URL_REFUSED', { reason })
  if (/[\s'"\\]|\$\{/.test(url)) throw refuse('it holds spaces, quotes or a placeholder')
  if (!URL.canParse(url)) throw refuse('it is no address; write rtsp://host/path')
  const { protocol, hostname, port, username, password } = new URL(url)
  if (protocol !== 'rtsp:' && protocol !== 'rtsps:') throw refuse('only rtsp:// and rtsps:// are asked')
  if (username !== '' || password !== '') throw refuse('user and password go into fields of their own')
  if (hostname === '') throw refuse('it names no host')
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? RTSP_PORT[protocol] : Number(port) }
}

function rangeOf(text: string): { readonly net: string; readonly bits: number; readonly kind: 4 | 6 } | null {
  const [net = '', bits] = text.split('/')
  const kind = isIP(net)
  if (kind !== 4 && kind !== 6) return null
  const whole = kind === 4 ? 32 : 128
  const wanted = bits === undefined ? whole : Number(bits)
  return Number.isInteger(wanted) && wanted >= 0 && wanted <= whole ? { net, bits: wanted, kind } : null
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of ranges) {
    const range = rangeOf(text)
    if (range !== null) list.addSubnet(range.net, range.bits, range.kind === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

const has = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
