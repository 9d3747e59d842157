/**
 * A gateway's lower half that raises and publishes in a loop until it is killed.
 * argv: storage folder, broker URL, password. A line on stdout for every revision that is kept.
 */
import { writeSync } from 'node:fs'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Commands } from '../../gateway/mqtt/commands.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { MqttLink } from '../../gateway/mqtt/publisher.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import { BIRTH, GATEWAY, SITE } from './mqtt-names.ts'

const [folder, url, password] = process.argv.slice(2) as [string, string, string]
const database = new Database(storeFile(folder))
const outboxOptions = OutboxOptions.parse({ resendFirstSec: 0.2, resendMaxSec: 1 })
const outbox = new Outbox(database, outboxOptions, systemClock, silentLog)
const desk = new AlertDesk(database, outbox, systemClock)
const options = MqttOptions.parse({ reconnectFirstSec: 0.05, reconnectMaxSec: 0.1, pubackSec: 0.5 })
const commands = new Commands({
  database,
  desk,
  options: options.commands,
  clock: systemClock,
  log: silentLog,
})
new MqttLink({
  site: SITE,
  gateway: GATEWAY,
  address: { url, username: 'gateway', password },
  options,
  outbox,
  commands,
  birth: () => BIRTH,
  clock: systemClock,
  log: silentLog,
}).start()

setInterval(() => {
  const event = desk.raise(sampleEvent(`${outbox.state().lastSequence}`))
  writeSync(1, `${event.eventId} ${event.revision}\n`)
  const end = { phase: 'END', endedAt: event.confirmedAt, revision: 2 } as const
  if (outbox.state().lastSequence % 3 === 0) {
    const ended = desk.raise({ ...event, ...end })
    writeSync(1, `${ended.eventId} ${ended.revision}\n`)
  }
}, 3)
