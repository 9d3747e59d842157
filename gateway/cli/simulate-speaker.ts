/**
 * `lushao simulate speaker`: a network loudspeaker that takes announcements by HTTP, with faults on demand.
 */
import type { Command } from 'commander'
import { Speaker } from '../../simulators/speaker/speaker.ts'
import { FAULT_GRAMMAR, type Faults, parseFault, plan } from './planned-fault.ts'
import { portOf, print } from './program.ts'

interface Options {
  readonly host: string
  readonly port: string
  readonly record?: string
  readonly fault: string[]
  readonly json?: boolean
}

const FAULTS: Faults<Speaker> = {
  refuse: (speaker, on) => speaker.refuse(on),
  slow: ({ faults }, on, ms) => {
    faults.slowMs = on ? ms : 0
  },
  status: ({ faults }, on, status) => {
    faults.status = on ? status : 0
  },
  'half-answer': ({ faults }, on) => {
    faults.halfAnswer = on
  },
}
const USUAL_VALUES = { slow: 10_000, status: 503 }

export function addSimulateSpeaker(simulate: Command): void {
  simulate
    .command('speaker')
    .description('a loudspeaker that plays what is posted to it, until Ctrl-C')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <port>', '0 for any free one', '8490')
    .option('--record <folder>', 'keep there what was played, a WAV each')
    .option('--fault <fault...>', `${Object.keys(FAULTS).join(', ')}; ${FAULT_GRAMMAR}`, [])
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nThe token that it asks for comes from LUSHAO_SPEAKER_TOKEN; absent: none.')
    .action(async (options: Options) => {
      const faults = options.fault.map((text) => parseFault('simulate speaker', text, FAULTS, USUAL_VALUES))
      const speaker = await Speaker.start({
        ...{ host: options.host, port: portOf('simulate speaker', options.port), folder: options.record },
        token: process.env['LUSHAO_SPEAKER_TOKEN'],
      })
      const timers = faults.flatMap((planned) => plan(speaker, FAULTS, planned))
      print(options.json ? JSON.stringify({ url: speaker.url }) : speaker.url)
      const tell = (what: string, facts: object) =>
        print(
          options.json
            ? JSON.stringify({ what, ...facts })
            : `${what.padEnd(12)} ${Object.values(facts).join('  ')}`,
        )
      speaker.on('played', (played) => tell('played', played))
      speaker.on('refused', (refusal) => tell('refused', refusal))
      await new Promise((done) => process.once('SIGINT', done).once('SIGTERM', done))
      for (const timer of timers) clearTimeout(timer)
      await speaker.close()
    })
}
