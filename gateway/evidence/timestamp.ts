/**
 * Reads RFC 3161 tokens and says what one proves about a package. The signature is checked with the certificate that
 * travels in the token; who issued that certificate is asked of the authorities that the reader brought.
 *
 *     .tsr ─▶ granted? ─▶ TSTInfo ─▶ imprint is of this tag manifest? ─▶ signature ─▶ chain, at the token's own time
 *              BROKEN      BROKEN     MISFIT                              BROKEN       EXPIRED │ UNTRUSTED │ FITS
 *
 * The surprise: a certificate that has run out since is no fault. It must have been valid when the token was made,
 * and the token says when that was; so a court may still trust it in ten years.
 */
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { isoTime } from '../kit/clock.ts'
import { bytesOfBase64, hexOf, type Tools } from './bag-source.ts'
import { type JudgedToken, NO_TOKEN } from './token.ts'

/** What was read, before anybody is trusted. */
export interface ReadToken {
  readonly signed: pkijs.SignedData
  readonly info: pkijs.TSTInfo
  readonly timeMs: number
  /** Hex, as the request sent it; null: none. */
  readonly nonce: string | null
}

/** PKIStatusInfo { granted }. */
const GRANTED = '3003020100'
const EKU_TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const OID = {
  extKeyUsage: '2.5.29.37',
  signedData: '1.2.840.113549.1.7.2',
  info: '1.2.840.113549.1.9.16.1.4',
}
type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sm3'

/** RFC 2634 and RFC 5035: the signer's certificate named by its hash, so that it cannot be exchanged. */
const SIGNING_CERTIFICATE = {
  '1.2.840.113549.1.9.16.2.12': 'sha1',
  '1.2.840.113549.1.9.16.2.47': 'sha256',
} as const
const HASH_OF_OID: Readonly<Record<string, HashName>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.156.10197.1.401': 'sm3',
}

/** Every certificate of a PEM file; throws when there is none or one cannot be read. */
export function readAuthorities(pem: string): pkijs.Certificate[] {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)]
  if (blocks.length === 0) throw new Error('no certificate in it')
  return blocks.map(([, body = '']) =>
    pkijs.Certificate.fromBER(bytesOfBase64(body.replace(/\s/g, '')).buffer),
  )
}

/** Throws, with the reason, when the bytes are no granted token. */
export function readToken(der: Uint8Array): ReadToken {
  const parsed = derIn(der)
  // What lies outside of the signature is held to its one right form, so that no byte of a token changes unseen.
  if (parsed === null) throw new Error('not one DER value')
  const response = new pkijs.TimeStampResp({ schema: parsed })
  const { status, statusStrings } = response.status
  // Granted, in its one encoding: nothing signs these bytes, and "with modifications" is a bit away from them.
  const told = partsOf(parsed)[0]
  if (!(told instanceof asn1js.Sequence) || hexOf(told.valueBeforeDecodeView) !== GRANTED) {
    const words = statusStrings?.map((text) => text.valueBlock.value).join(' ') ?? ''
    throw new Error(`not granted: status ${status} ${words}`.trimEnd())
  }
  if (response.timeStampToken?.contentType !== OID.signedData) throw new Error('no token in it')
  const signed = new pkijs.SignedData({ schema: response.timeStampToken.content })
  if (!hasRightForm(parsed, signed)) throw new Error('not in the form of RFC 3161')
  const content = signed.encapContentInfo.eContent?.getValue()
  if (signed.encapContentInfo.eContentType !== OID.info || content === undefined)
    throw new Error('no TSTInfo')
  const info = pkijs.TSTInfo.fromBER(content)
  const nonce = info.nonce === undefined ? null : hexOf(info.nonce.valueBlock.valueHexView)
  return { signed, info, timeMs: info.genTime.getTime(), nonce }
}

/** Versions, tags and algorithms that nothing signs, as RFC 3161 and RFC 5652 fix them. */
function hasRightForm(
  response: asn1js.BaseBlock,
  { version, digestAlgorithms, signerInfos }: pkijs.SignedData,
): boolean {
  const signer = signerInfos[0]
  if (signer === undefined || signerInfos.length !== 1 || version !== 3) return false
  if (signer.version !== (signer.sid instanceof pkijs.IssuerAndSerialNumber ? 1 : 3)) return false
  const algorithm = hexOf(new Uint8Array(signer.digestAlgorithm.toSchema().toBER()))
  const told = digestAlgorithms.map((one) => hexOf(new Uint8Array(one.toSchema().toBER())))
  return partsOf(response)[0] instanceof asn1js.Sequence && told.join() === algorithm
}

/** @param authorities certificates whose word is taken; none: the token's own consistency is all that is looked at */
export async function judgeToken(
  der: Uint8Array,
  stamped: Uint8Array,
  authorities: readonly pkijs.Certificate[],
  tools: Tools,
): Promise<JudgedToken> {
  let token: ReadToken
  try {
    token = readToken(der)
  } catch (error) {
    return { ...NO_TOKEN, state: 'BROKEN', detail: reasonOf(error) }
  }
  const { info, signed, timeMs } = token
  const facts = {
    time: isoTime(timeMs),
    policy: info.policy,
    serial: hexOf(info.serialNumber.valueBlock.valueHexView),
    authority: null,
  }
  if (!(await imprintFits(info, stamped, tools))) {
    return { ...facts, state: 'MISFIT', detail: `it is over another file, at ${facts.time}` }
  }
  const signer = signerOf(signed, authorities)
  if (signer === null) {
    const state = certificatesIn(signed).length > 0 ? 'BROKEN' : 'UNTRUSTED'
    return { ...facts, state, detail: 'the certificate of its signer is not at hand' }
  }
  const named = { ...facts, authority: subjectOf(signer) }
  const broken = await brokenBy(signed, signer, stamped, tools)
  if (broken !== null) return { ...named, ...broken }
  return { ...named, ...(await trustIn(signed, signer, authorities, new Date(timeMs))) }
}

type Verdict = Pick<JudgedToken, 'state' | 'detail'>

async function imprintFits(
  { messageImprint }: pkijs.TSTInfo,
  stamped: Uint8Array,
  tools: Tools,
): Promise<boolean> {
  const hash = HASH_OF_OID[messageImprint.hashAlgorithm.algorithmId]
  if (hash === undefined) return false
  return (await digest(hash, stamped, tools)) === hexOf(messageImprint.hashedMessage.valueBlock.valueHexView)
}

const WEB_NAMES = { sha1: 'SHA-1', sha384: 'SHA-384', sha512: 'SHA-512' } as const

async function digest(hash: HashName, data: Uint8Array, tools: Tools): Promise<string> {
  if (hash === 'sha256') return tools.sha256(data)
  if (hash === 'sm3') return tools.sm3(data)
  return hexOf(new Uint8Array(await crypto.subtle.digest(WEB_NAMES[hash], exact(data))))
}

/** Some authorities leave their certificate out: then it may be among those that the reader brought. */
function signerOf(
  signed: pkijs.SignedData,
  authorities: readonly pkijs.Certificate[],
): pkijs.Certificate | null {
  const sid = signed.signerInfos[0]?.sid
  if (!(sid instanceof pkijs.IssuerAndSerialNumber)) return null
  // Byte by byte: names that differ in capitals only are the same name, and yet a changed token.
  const issuer = encodingOf(sid.issuer)
  const own = certificatesIn(signed)
  // A token that brings certificates brings its signer's: else one of them was changed.
  const found = (own.length > 0 ? own : authorities).find(
    (one) => encodingOf(one.issuer) === issuer && one.serialNumber.isEqual(sid.serialNumber),
  )
  if (found !== undefined && !certificatesIn(signed).includes(found)) {
    signed.certificates = [...(signed.certificates ?? []), found]
  }
  return found ?? null
}

function certificatesIn(signed: pkijs.SignedData): pkijs.Certificate[] {
  return (signed.certificates ?? []).filter((one) => one instanceof pkijs.Certificate)
}

/** What makes it no token at all, whoever signed it; null when it holds by itself. */
async function brokenBy(
  signed: pkijs.SignedData,
  signer: pkijs.Certificate,
  stamped: Uint8Array,
  tools: Tools,
): Promise<Verdict | null> {
  const broken = (detail: string): Verdict => ({ state: 'BROKEN', detail })
  const attributes = signed.signerInfos[0]?.signedAttrs?.attributes ?? []
  const naming = await Promise.all(attributes.map((one) => namesSigner(one, signer, tools)))
  if (!naming.includes(true)) return broken('it does not name its signer')
  if (!isForTimeStamping(signer)) return broken(`${subjectOf(signer)} may not sign timestamps`)
  const signature = signed.signerInfos[0]?.signature.valueBlock.valueHexView ?? new Uint8Array()
  if (isEllipticKey(signer) && !isTwoNumbers(signature)) return broken('its signature is no DER')
  try {
    const good = await signed.verify({ signer: 0, data: exact(stamped) })
    return good ? null : broken('its signature does not fit')
  } catch (error) {
    // SM2 and what else this platform has no code for: not proved wrong, and not proved.
    const unknown =
      error instanceof pkijs.SignedDataVerifyError && /nsupported|nrecognized/.test(error.message)
    return unknown ? { state: 'UNTRUSTED', detail: reasonOf(error) } : broken(reasonOf(error))
  }
}

function encodingOf({ valueBeforeDecode }: pkijs.RelativeDistinguishedNames): string {
  return hexOf(new Uint8Array(valueBeforeDecode))
}

/** SEQUENCE { r INTEGER, s INTEGER }: its reader would take other tags for these. */
function isTwoNumbers(der: Uint8Array): boolean {
  const second = 4 + (der[3] ?? 0)
  return derIn(der) !== null && der[0] === 0x30 && der[2] === 0x02 && der[second] === 0x02
}

function isEllipticKey({ subjectPublicKeyInfo }: pkijs.Certificate): boolean {
  return subjectPublicKeyInfo.algorithm.algorithmId === '1.2.840.10045.2.1'
}

/** SigningCertificate ::= SEQUENCE { SEQUENCE OF { [algorithm,] certHash … } … }, the first of which is the signer's. */
async function namesSigner(
  { type, values }: pkijs.Attribute,
  signer: pkijs.Certificate,
  tools: Tools,
): Promise<boolean> {
  const usual = SIGNING_CERTIFICATE[type as keyof typeof SIGNING_CERTIFICATE] as HashName | undefined
  if (usual === undefined) return false
  const first = partsOf(partsOf(partsOf(values[0])[0])[0])
  const algorithm = first[0] instanceof asn1js.Sequence ? partsOf(first[0])[0] : undefined
  const oid = algorithm instanceof asn1js.ObjectIdentifier ? algorithm.valueBlock.toString() : null
  const hash = oid === null ? usual : HASH_OF_OID[oid]
  const told = first.find((part) => part instanceof asn1js.OctetString)
  if (hash === undefined || told === undefined) return false
  return (await digest(hash, derOf(signer), tools)) === hexOf(told.valueBlock.valueHexView)
}

function partsOf(value: unknown): readonly unknown[] {
  return value instanceof asn1js.Sequence || value instanceof asn1js.Set ? value.valueBlock.value : []
}

/** RFC 3161, 2.3: this one purpose and no other, and whoever does not understand that must refuse. */
function isForTimeStamping({ extensions }: pkijs.Certificate): boolean {
  const usage = extensions?.find(({ extnID }) => extnID === OID.extKeyUsage)
  if (usage?.critical !== true || !(usage.parsedValue instanceof pkijs.ExtKeyUsage)) return false
  return usage.parsedValue.keyPurposes.join() === EKU_TIME_STAMPING
}

async function trustIn(
  signed: pkijs.SignedData,
  signer: pkijs.Certificate,
  authorities: readonly pkijs.Certificate[],
  checkDate: Date,
): Promise<Verdict> {
  if (!wasValid(signer, checkDate)) return expired(signer)
  if (authorities.length === 0) return { state: 'UNTRUSTED', detail: 'no authority to trust was given' }
  // The reader may name the authority's own certificate instead of who issued it.
  if (authorities.some((one) => same(derOf(one), derOf(signer)))) return { state: 'FITS', detail: '' }
  // The engine takes the last certificate as the one to be judged.
  const certs = [...certificatesIn(signed).filter((one) => one !== signer), signer]
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: [...authorities],
    certs,
    checkDate,
  })
  const { result, resultCode, resultMessage } = await engine.verify().catch(failedChain)
  if (result) return { state: 'FITS', detail: '' }
  const old = [...certs, ...authorities].find((one) => !wasValid(one, checkDate))
  if (resultCode === CERTIFICATE_OUT_OF_TIME && old !== undefined) return expired(old)
  return { state: 'UNTRUSTED', detail: `${subjectOf(signer)}: ${resultMessage}` }
}

const CERTIFICATE_OUT_OF_TIME = 8

function failedChain(error: unknown) {
  const told = error instanceof Object ? (error as { resultCode?: number; resultMessage?: string }) : {}
  return {
    result: false,
    resultCode: told.resultCode ?? -1,
    resultMessage: told.resultMessage ?? reasonOf(error),
  }
}

function expired(one: pkijs.Certificate): Verdict {
  const [from, to] = [one.notBefore.value, one.notAfter.value].map((day) => isoTime(day.getTime()))
  return { state: 'EXPIRED', detail: `${subjectOf(one)} was valid from ${from} to ${to}` }
}

function wasValid({ notBefore, notAfter }: pkijs.Certificate, at: Date): boolean {
  return notBefore.value <= at && at <= notAfter.value
}

function subjectOf({ subject }: pkijs.Certificate): string {
  return subject.typesAndValues.map(({ value }) => String(value.valueBlock.value)).join(', ')
}

/** Null when the bytes are anything but one value, encoded as DER would. */
function derIn(bytes: Uint8Array): asn1js.BaseBlock | null {
  const { result, offset } = asn1js.fromBER(exact(bytes))
  return offset === bytes.length && same(result.toBER(), bytes) ? result : null
}

function derOf(one: pkijs.Certificate): Uint8Array {
  return new Uint8Array(one.toSchema().toBER())
}

function same(one: ArrayBuffer | Uint8Array, other: Uint8Array): boolean {
  return hexOf(new Uint8Array(one)) === hexOf(other)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A buffer of its own: Node's small buffers share one with their neighbours. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
