/**
 * `lushao simulate tsa`: a time-stamping authority that nobody should trust, with faults on demand.
 */
import type { Command } from 'commander'
import { TimeAuthority } from '../../simulators/tsa/authority.ts'
import { FAULT_GRAMMAR, type Faults, parseFault, plan } from './planned-fault.ts'
import { portOf, print } from './program.ts'

interface Options {
  readonly host: string
  readonly port: string
  readonly folder: string
  readonly fault: string[]
  readonly json?: boolean
}

const FAULTS: Faults<TimeAuthority> = {
  refuse: ({ faults }, on) => {
    faults.refuse = on
  },
  slow: ({ faults }, on, ms) => {
    faults.slowMs = on ? ms : 0
  },
  status: ({ faults }, on, status) => {
    faults.status = on ? status : 0
  },
  reject: ({ faults }, on) => {
    faults.reject = on
  },
  garbage: ({ faults }, on) => {
    faults.garbage = on
  },
  nonce: ({ faults }, on) => {
    faults.wrongNonce = on
  },
  imprint: ({ faults }, on) => {
    faults.wrongImprint = on
  },
  expired: ({ faults }, on) => {
    faults.signer = on ? 'expired' : 'good'
  },
  'other-ca': ({ faults }, on) => {
    faults.signer = on ? 'other' : 'good'
  },
}
const USUAL_VALUES = { slow: 30_000, status: 503 }

export function addSimulateTsa(simulate: Command): void {
  simulate
    .command('tsa')
    .description(
      'a time-stamping authority (RFC 3161) around `openssl ts`, until Ctrl-C; for trying out only',
    )
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <port>', '0 for any free one', '8318')
    .option(
      '--folder <folder>',
      'where its keys and certificates lie; used again when there are some',
      './var/tsa',
    )
    .option('--fault <fault...>', `${Object.keys(FAULTS).join(', ')}; ${FAULT_GRAMMAR}`, [])
    .option('--json', 'one JSON object a line')
    .action(async ({ host, port, folder, fault, json }: Options) => {
      const faults = fault.map((text) => parseFault('simulate tsa', text, FAULTS, USUAL_VALUES))
      const authority = await TimeAuthority.start({ folder, host, port: portOf('simulate tsa', port) })
      const timers = faults.flatMap((planned) => plan(authority, FAULTS, planned))
      const { url, caFile } = authority
      print(json ? JSON.stringify({ url, caFile }) : `${url}\ncaFile: ${caFile}`)
      await new Promise((done) => process.once('SIGINT', done).once('SIGTERM', done))
      for (const timer of timers) clearTimeout(timer)
      await authority.close()
    })
}
