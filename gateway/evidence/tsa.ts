/**
 * Asks one time-stamping authority for one token (RFC 3161 over HTTP), and takes nothing for a token that is not the
 * answer to this very question.
 *
 *     SHA-256 of the tag manifest, nonce ─▶ POST ─▶ granted? nonce? imprint? policy? signature? chain? ─▶ token
 *
 * Only the hash leaves the box. What comes back is what the verifier would judge FITS, or a fault that says why not.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { fault, isFault, reasonOf, redact } from '../kit/errors.ts'
import { nodeTools } from './folder-source.ts'
import { judgeToken, readAuthorities, readToken } from './timestamp.ts'
import type { AuthorityOptions } from './timestamp-options.ts'
import type { JudgedToken } from './token.ts'

export interface Stamp {
  readonly der: Buffer
  readonly judged: JudgedToken
}

const REPLY_BYTES_MAX = 256 * 1024
const OID_SHA256 = '2.16.840.1.101.3.4.2.1'
const NONCE_BYTES = 8

/** Throws TSA_UNREACHABLE, TSA_REFUSED or CERTIFICATE_BAD. */
export async function requestStamp(
  { url, caFile, policy }: AuthorityOptions,
  stamped: Uint8Array,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Stamp> {
  const authorities = await authoritiesOf(caFile)
  const nonce = positiveNonce()
  const asked = queryOf(stamped, nonce, policy)
  const within = AbortSignal.timeout(timeoutMs)
  const der = await post(url, asked, signal === undefined ? within : AbortSignal.any([signal, within]))
  const refused = (reason: string) => fault('TSA_REFUSED', { url: redact(url), reason })
  const judged = await judgeToken(der, stamped, authorities, nodeTools)
  if (judged.state !== 'FITS') throw refused(`${judged.state}: ${judged.detail}`)
  if (readToken(der).nonce !== nonce.toString('hex')) throw refused('it answers another question (nonce)')
  if (policy !== undefined && judged.policy !== policy) throw refused(`policy ${judged.policy}`)
  return { der, judged }
}

export async function authoritiesOf(file: string): Promise<pkijs.Certificate[]> {
  try {
    return readAuthorities(await readFile(file, 'utf8'))
  } catch (error) {
    throw fault('CERTIFICATE_BAD', { file, reason: reasonOf(error) }, error)
  }
}

/** First bit clear and first byte not zero: DER has one form for it, which comes back byte for byte. */
function positiveNonce(): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  nonce[0] = (nonce[0]! & 0x3f) | 0x40
  return nonce
}

function queryOf(stamped: Uint8Array, nonce: Buffer, policy: string | undefined): Uint8Array<ArrayBuffer> {
  const hash = new Uint8Array(createHash('sha256').update(stamped).digest())
  const query = new pkijs.TimeStampReq({
    version: 1,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({
        algorithmId: OID_SHA256,
        algorithmParams: new asn1js.Null(),
      }),
      hashedMessage: new asn1js.OctetString({ valueHex: hash.buffer }),
    }),
    ...(policy === undefined ? {} : { reqPolicy: policy }),
    nonce: new asn1js.Integer({ valueHex: new Uint8Array(nonce).buffer }),
    certReq: true,
  })
  return new Uint8Array(query.toSchema().toBER())
}

async function post(address: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Buffer> {
  const url = new URL(address)
  const headers: Record<string, string> = {
    'content-type': 'application/timestamp-query',
    accept: 'application/timestamp-reply',
  }
  if (url.username !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    url.username = url.password = ''
  }
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    if (!response.ok) throw fault('TSA_REFUSED', { url: redact(address), reason: `HTTP ${response.status}` })
    return await bodyOf(response)
  } catch (error) {
    if (isFault(error)) throw error
    const cause = error instanceof Error && error.cause !== undefined ? reasonOf(error.cause) : ''
    const reason = [reasonOf(error), cause].filter((part) => part !== '').join(': ')
    throw fault('TSA_UNREACHABLE', { url: redact(address), reason }, error)
  }
}

async function bodyOf(response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > REPLY_BYTES_MAX) throw new Error(`more than ${REPLY_BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
