/**
 * `lushao doctor -c gateway.yaml`: is everything there that the gateway needs? One line each, with the remedy.
 *
 *     good  ffmpeg      5.1.9
 *     bad   disk        STORAGE_FULL: There is no room for evidence at …
 *     note  clock       not configured
 */
import { existsSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { type Config, type Loaded, loadConfig } from '../../config/loader.ts'
import type { CameraOptions } from '../../config/schema.ts'
import { probe } from '../../devices/camera/probe.ts'
import { clockOff, compareWith } from '../../devices/clock/clock-watch.ts'
import { Voice } from '../../devices/speaker/voice.ts'
import { licenceAsks } from '../../models/licence.ts'
import { loadModel } from '../../models/manifest.ts'
import type { ScriptLibrary } from '../alerts/scripts.ts'
import { DEFAULT_MODEL_FILE } from '../detections/eyes.ts'
import type { Algorithm } from '../evidence/public-key.ts'
import { revocationsOf } from '../evidence/revocations.ts'
import { currentKeyId } from '../evidence/seal.ts'
import type { AuthorityOptions } from '../evidence/timestamp-options.ts'
import type { FaultCode } from '../kit/catalogue.ts'
import { certificateTerm } from '../kit/certificate.ts'
import { type Fault, fault, isFault, type Language, reasonOf, redact } from '../kit/errors.ts'
import { freeBytes } from '../kit/room.ts'
import type { DeliveryOptions } from '../outbox/delivery-options.ts'
import { FarEnd } from '../outbox/far-end.ts'
import { checkFfmpeg } from '../streams/media-tool.ts'
import { blindRulesOf } from './blind-rules.ts'
import { capabilityLines } from './capability-lines.ts'
import { FoundBad, languageOf, print } from './program.ts'

const NODE_MIN = [20, 19] as const
const CONNECT_MS = 5_000
const MIB = 1 << 20
/** A certificate that ends sooner is said now: renewing takes people. */
const CERTIFICATE_DAYS_MIN = 14

type State = 'good' | 'bad' | 'note'
interface Line {
  readonly item: string
  readonly state: State
  readonly text: string
  readonly code?: string
}
/** Text when good; a Fault thrown when bad; null when there is nothing to look at. */
type Examination = () => string | null | Promise<string | null>

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('is everything there that the gateway needs? one line each, with the remedy')
    .requiredOption('-c, --config <file>', 'gateway.yaml')
    .option('--json', 'print the lines as JSON')
    .action(async (options: { config: string; json?: boolean }, command: Command) => {
      const lines = await examine(loadConfig(options.config), languageOf(command))
      for (const line of lines)
        if (!options.json) print(`${line.state.padEnd(4)}  ${line.item.padEnd(24)} ${line.text}`)
      if (options.json) print(JSON.stringify(lines, null, 1))
      if (lines.some((line) => line.state === 'bad')) throw new FoundBad()
    })
}

async function examine({ config, faults, warnings }: Loaded, language: Language): Promise<Line[]> {
  const bad = (found: Fault): Line => asBad('config', found, language)
  const blind = config === null ? [] : blindRulesOf(config)
  const notes = [...warnings, ...blind].map((found) => ({
    ...asBad('rules', found, language),
    state: 'note' as const,
  }))
  const own = [...faults.map(bad), ...notes]
  if (faults.length === 0) own.unshift({ item: 'config', state: 'good', text: config?.configVersion ?? '' })

  const examinations: [item: string, examination: Examination][] = [
    ['node', checkNode],
    ['ffmpeg', () => checkFfmpeg()],
    ...(config === null ? [] : examinationsOf(config)),
  ]
  const lines = examinations.map(([item, examination]) => look(item, examination, language))
  return [
    ...own,
    ...(await Promise.all(lines)),
    ...evidenceNotes(config, language),
    ...licenceNotes(config, language),
  ]
}

/** What the records of each camera may be at most. */
function evidenceNotes(config: Config | null, language: Language): Line[] {
  if (config === null) return []
  return capabilityLines(config, Date.now(), language).map(({ camera, text }) => ({
    ...{ item: `evidence ${camera}`, state: 'note' as const, text },
  }))
}

/** What the model's licence asks of the operator. */
function licenceNotes(config: Config | null, language: Language): Line[] {
  if (config?.model === undefined) return []
  try {
    const { manifest } = loadModel(config.model.file, config.model.manifest)
    return licenceAsks(manifest).map((ask) => ({
      ...asBad('licence', ask, language),
      state: 'note' as const,
    }))
  } catch (error) {
    // The line of the model says what is wrong with it.
    if (!isFault(error)) throw error
    return []
  }
}

function examinationsOf(config: Config): [item: string, examination: Examination][] {
  const { model, naming, storage, http, mqtt, delivery, cameras, evidence } = config
  const files = [mqtt.tls.ca, mqtt.tls.cert, http.tls?.certFile, delivery.ca]
  const certificates = files.filter((file) => file !== undefined)
  return [
    ['model', () => (model === undefined ? null : loadModel(model.file, model.manifest).manifest.name)],
    ['naming', () => (naming.enabled ? loadModel(DEFAULT_MODEL_FILE).manifest.name : null)],
    ['disk', () => checkDisk(storage.folder, storage.freeMinMiB)],
    ['evidence key', () => checkKey(join(storage.folder, 'keys'), 'Ed25519')],
    ...(evidence.sm2
      ? [
          ['evidence key SM2', () => checkKey(join(storage.folder, 'keys'), 'SM2')] satisfies [
            string,
            Examination,
          ],
        ]
      : []),
    ['revoked keys', () => checkRevoked(join(storage.folder, 'keys'))],
    ...evidence.timestamp.authorities.map((authority): [string, Examination] => [
      'timestamps',
      () => checkAuthority(authority),
    ]),
    ['clock', () => checkClock(config)],
    ['broker', () => checkBroker(config)],
    ['evidence delivery', () => checkDelivery(delivery)],
    ['voice', () => checkVoice(config)],
    ...certificates.map((file): [string, Examination] => ['certificate', () => checkCertificate(file)]),
    ...cameras.map((camera): [string, Examination] => [
      `camera ${camera.id}`,
      () => checkCamera(camera, config),
    ]),
  ]
}

async function look(item: string, examination: Examination, language: Language): Promise<Line> {
  try {
    const text = await examination()
    if (text === null) return { item, state: 'note', text: language === 'zh' ? '未配置' : 'not configured' }
    return { item, state: 'good', text }
  } catch (error) {
    if (!isFault(error)) throw error
    return asBad(item, error, language)
  }
}

function asBad(item: string, found: Fault, language: Language): Line {
  return { item, state: 'bad', text: found.explain(language), code: found.code }
}

function checkNode(): string {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return node
  throw fault('NODE_TOO_OLD', { version: node, wanted: NODE_MIN.join('.') })
}

/** The folder is made at the first start; until then its nearest parent tells. */
async function checkDisk(folder: string, freeMinMiB: number): Promise<string> {
  let there = folder
  while (!existsSync(there)) there = dirname(there)
  const freeMiB = Math.floor((await freeBytes(there)) / MIB)
  if (freeMiB > freeMinMiB) return `${freeMiB} MiB`
  throw fault('STORAGE_FULL', { path: folder, reason: `${freeMiB} MiB < ${freeMinMiB} MiB` })
}

async function checkKey(folder: string, algorithm: Algorithm): Promise<string> {
  const keyId = await currentKeyId(folder, algorithm)
  if (keyId === null) throw fault('KEY_NOT_MADE', { folder })
  const file = join(folder, `${keyId}.key.pem`)
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw fault('KEY_MISSING', { file, reason: 'ENOENT' })
  if ((stat.mode & 0o077) !== 0) throw fault('KEY_EXPOSED', { file })
  return keyId
}

/** Which keys of this box nobody should trust any more, and since when. */
async function checkRevoked(folder: string): Promise<string> {
  const revocations = await revocationsOf(folder)
  if (revocations.length === 0) return '0'
  return revocations.map(({ keyId, revokedAt, reason }) => `${keyId} ${revokedAt} ${reason}`).join('; ')
}

/** Its certificate, and whether something answers there. No token is asked for: some authorities count them. */
async function checkAuthority({ url, caFile }: AuthorityOptions): Promise<string> {
  const { authoritiesOf } = await import('../evidence/tsa.ts')
  await authoritiesOf(caFile)
  checkCertificate(caFile)
  const { hostname, port, protocol } = new URL(url)
  try {
    await reach(hostname, Number(port || (protocol === 'https:' ? 443 : 80)))
  } catch (error) {
    throw fault('TSA_UNREACHABLE', { url: redact(url), reason: reasonOf(error) }, error)
  }
  return redact(url)
}

async function checkClock({ clock }: Config): Promise<string | null> {
  if (clock.server === undefined) return null
  const { offsetMs } = await compareWith(clock.server)
  if (Math.abs(offsetMs) > clock.offsetMsMax) throw clockOff(clock.server, offsetMs, clock.offsetMsMax)
  return `${offsetMs.toFixed(1)} ms`
}

async function checkBroker({ mqtt }: Config): Promise<string> {
  const { url, reconnectFirstSec } = mqtt
  if (url === undefined) return 'embedded'
  const { hostname, port, protocol } = new URL(url)
  const usual = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }[protocol] ?? 1883
  try {
    await reach(hostname, port === '' ? usual : Number(port))
  } catch (error) {
    throw fault(
      'BROKER_UNREACHABLE',
      { url, reason: reasonOf(error), retryMs: 1000 * reconnectFirstSec },
      error,
    )
  }
  return redact(url)
}

/** Whether the platform takes evidence: it answers, speaks tus, and knows the token. */
async function checkDelivery(options: DeliveryOptions): Promise<string | null> {
  const { url, parts, retryFirstSec } = options
  if (url === undefined) return parts.enabled ? 'MQTT' : null
  const farEnd = new FarEnd(url, { ...options, stallSec: CONNECT_MS / 1_000 })
  const bad = (code: FaultCode, reason: string) =>
    fault(code, { url: redact(url), reason, waitSec: retryFirstSec })
  try {
    const { status, speaksTus, checksum } = await farEnd.offers().catch((error: unknown) => {
      throw bad('DELIVERY_UNREACHABLE', reasonOf(error))
    })
    if (status === 401 || status === 403)
      throw bad('DELIVERY_UNAUTHORISED', `OPTIONS was answered with ${status}`)
    if (!speaksTus) throw bad('DELIVERY_UNREACHABLE', 'it does not speak tus')
    return `${redact(url)}${checksum === null ? '' : ` ${checksum}`}`
  } finally {
    farEnd.close()
  }
}

/** Whether somebody can speak, where a speaker waits for it. */
async function checkVoice({ devices, persuasion, scripts }: Config): Promise<string | null> {
  if (!devices.speakers.some(({ adapter }) => adapter !== undefined)) return null
  const { language } = persuasion
  const [{ id, version }] = scripts.scripts as [ScriptLibrary['scripts'][number]]
  const sentence = { text: language === 'zh' ? '您好' : 'Hello', language, script: `${id}@${version}` }
  const { source } = await new Voice(devices.voice).speak(sentence)
  return source === 'speech' ? devices.voice.program : source
}

/** Asks the camera itself, as the reader will: address, password, transport, whether it is video. */
async function checkCamera(
  { id, enabled, url, transport }: CameraOptions,
  { feed }: Config,
): Promise<string | null> {
  if (!enabled) return null
  const path = url.startsWith('file:') ? url.slice('file:'.length) : null
  if (path !== null && !existsSync(path)) throw fault('FILE_UNREADABLE', { path, reason: 'ENOENT' })
  const { video } = await probe(url, { camera: id, transport: transport ?? feed.stream.transport })
  return `${redact(url)}  ${video?.codec} ${video?.width}×${video?.height} ${video?.fps?.toFixed(0) ?? '?'} fps`
}

function checkCertificate(file: string): string {
  const { endsMs, problem } = certificateTerm(file, Date.now(), CERTIFICATE_DAYS_MIN)
  if (problem !== null) throw problem
  return `${file}: ${new Date(endsMs).toISOString().slice(0, 10)}`
}

/** Does anything take a connection there? */
function reach(host: string, port: number): Promise<void> {
  const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, timeout: CONNECT_MS })
  return new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('timeout', () => reject(new Error(`no answer within ${CONNECT_MS} ms`)))
    socket.once('error', reject)
  }).finally(() => socket.destroy())
}
