/**
 * `lushao simulate platform`: a small real back end that reads, acknowledges, reviews and closes.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { EvidenceInbox } from '../../simulators/platform/evidence-inbox.ts'
import { EvidenceServer } from '../../simulators/platform/evidence-server.ts'
import { Platform, type PlatformOptions } from '../../simulators/platform/platform.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { print, usage } from './program.ts'

interface Options {
  readonly broker: string
  readonly site: string
  readonly user?: string
  readonly credentials?: string
  readonly reviewAfter: string
  readonly review: boolean
  readonly verdict: string
  readonly by: string
  readonly record?: string
  readonly evidence?: string
  readonly evidencePort: string
  readonly evidenceFull?: boolean
  readonly evidenceLie: string
  readonly ackLoss: string
  readonly commandTwice?: boolean
  readonly offline?: string
  readonly json?: boolean
}

const Credentials = z.object({ username: z.string(), password: z.string() })

export function addSimulatePlatform(simulate: Command): void {
  simulate
    .command('platform')
    .description(
      'a back end that reads every gateway of a site, acknowledges, reviews and closes, until Ctrl-C',
    )
    .option('--broker <url>', 'broker', 'mqtt://127.0.0.1:1883')
    .requiredOption('--site <site>', 'site, as in gateway.yaml')
    .option(
      '--credentials <file>',
      'JSON with username and password: broker-platform.json of the storage folder',
    )
    .option('--user <name>', 'user at the broker; the password comes from LUSHAO_PLATFORM_PASSWORD')
    .option('--review-after <seconds>', 'how long the reviewer takes', '5')
    .option('--no-review', 'nobody reviews')
    .option('--verdict <verdict>', 'VERIFIED or REJECTED', 'VERIFIED')
    .option('--by <person>', 'id of the reviewer', 'simulated-reviewer')
    .option('--record <folder>', 'write every message to messages.ndjson there')
    .option('--evidence <folder>', 'take evidence there, by tus and in parts, and give receipts')
    .option('--evidence-port <port>', 'where uploads are taken; 0: any', '0')
    .option('--evidence-full', 'fault: no room for evidence')
    .option('--evidence-lie <files>', 'fault: call the hash of so many files wrong', '0')
    .option('--ack-loss <share>', 'fault: share of acknowledgements forgotten, 0 to 1', '0')
    .option('--command-twice', 'fault: send every command twice')
    .option('--offline <every,for>', 'fault: go away every so many seconds for so many')
    .option('--json', 'one JSON object a line')
    .action(async (options: Options) => {
      const inbox = options.evidence === undefined ? undefined : new EvidenceInbox(options.evidence)
      const door = inbox && (await openDoor(inbox, options))
      const platform = await Platform.start({ ...wishOf(options), inbox })
      const tell = (what: string, facts: Readonly<Record<string, unknown>>) =>
        print(
          options.json
            ? JSON.stringify({ what, ...facts })
            : `${what.padEnd(12)} ${Object.values(facts).join('  ')}`,
        )
      platform.on('acknowledged', ({ eventId, phase, alertState, title, cameraId }, { sequence }) =>
        tell('acknowledged', { sequence, phase, title, cameraId, alertState, eventId }),
      )
      platform.on('answered', ({ command, args }, ok, reason) =>
        tell(ok ? 'done' : 'refused', {
          ...{ command, to: args['to'] ?? args['verdict'] ?? '', eventId: args.eventId },
          ...(reason && { reason }),
        }),
      )
      platform.on('closed', (eventId) => tell('closed', { eventId }))
      if (door) tell('uploads', { url: door.url, statusUrl: door.statusUrl, token: door.tokenFrom })
      inbox?.on('file', ({ packageId, path }) => tell('file', { packageId, path }))
      inbox?.on('receipt', (gateway, { packageId, verified, wrong, missing }) => {
        const files = verified === 'all' ? 'all verified' : `${verified.length} verified`
        tell('receipt', { gateway, packageId, files, wrong: wrong.length, missing: missing.length })
      })
      await new Promise((done) => process.once('SIGINT', done).once('SIGTERM', done))
      await platform.close()
      await door?.close()
    })
}

/** The token comes from the environment, or is made and kept beside the evidence; it is never printed. */
async function openDoor(inbox: EvidenceInbox, options: Options) {
  let tokenFrom = 'LUSHAO_EVIDENCE_TOKEN'
  let token = process.env[tokenFrom] ?? ''
  if (token === '') {
    tokenFrom = join(inbox.folder, 'token')
    token = randomBytes(24).toString('base64url')
    mkdirSync(inbox.folder, { recursive: true })
    writeFileSync(tokenFrom, `${token}\n`, { mode: 0o600 })
  }
  const port = numberOf('--evidence-port', options.evidencePort, 65_535)
  const server = await EvidenceServer.start({ inbox, token, port })
  server.faults.full = options.evidenceFull ?? false
  server.faults.lie = numberOf('--evidence-lie', options.evidenceLie, 1_000_000)
  return { url: server.url, statusUrl: server.statusUrl, tokenFrom, close: () => server.close() }
}

function wishOf(options: Options): PlatformOptions {
  const { verdict, offline } = options
  if (verdict !== 'VERIFIED' && verdict !== 'REJECTED') {
    throw usage('simulate platform', `--verdict takes VERIFIED or REJECTED, not ${verdict}`)
  }
  const [everySec, forSec] = (offline ?? '').split(',').map(Number)
  if (offline !== undefined && !(Number(everySec) > 0 && Number(forSec) > 0)) {
    throw usage('simulate platform', `--offline takes two numbers of seconds, as in 60,20, not ${offline}`)
  }
  return {
    brokerUrl: options.broker,
    site: options.site,
    ...credentialsOf(options),
    reviewAfterMs: options.review ? 1_000 * numberOf('--review-after', options.reviewAfter, 86_400) : null,
    verdict,
    by: options.by,
    folder: options.record,
    faults: {
      ackLoss: numberOf('--ack-loss', options.ackLoss, 1),
      commandTwice: options.commandTwice ?? false,
      offline: offline === undefined ? null : { everyMs: 1_000 * everySec!, forMs: 1_000 * forSec! },
    },
  }
}

function credentialsOf({ credentials: file, user }: Options): {
  username?: string
  password?: string | undefined
} {
  if (file === undefined) {
    return user === undefined ? {} : { username: user, password: process.env['LUSHAO_PLATFORM_PASSWORD'] }
  }
  try {
    return Credentials.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'no username and password in it' : reasonOf(error)
    throw fault('FILE_UNREADABLE', { path: file, reason }, error)
  }
}

function numberOf(option: string, value: string, max: number): number {
  const number = Number(value)
  if (value === '' || !(number >= 0 && number <= max)) {
    throw usage('simulate platform', `${option} takes a number from 0 to ${max}, not ${value}`)
  }
  return number
}
