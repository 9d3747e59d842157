/** A box's uploader until it is killed. argv: box folder, address. Says again and again how far it is. */

import { StorageOptions, Vault } from '../../gateway/evidence/vault.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database, storeFile } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Deliveries } from '../../gateway/outbox/deliveries.ts'
import { DeliveryOptions } from '../../gateway/outbox/delivery-options.ts'
import { Uploader } from '../../gateway/outbox/uploader.ts'

const [folder, url, token, kibPerSecMax] = process.argv.slice(2) as [string, string, string, string]
const deliveries = new Deliveries(new Database(storeFile(folder)), systemClock)
const options = { token, retryFirstSec: 0.05, retryMaxSec: 0.2, kibPerSecMax: Number(kibPerSecMax) }
const uploader = new Uploader({
  options: { ...DeliveryOptions.parse(options), url },
  ...{ deliveries, vault: new Vault(StorageOptions.parse({ folder })), source: '/ume/nanjing-road/gw-01' },
  ...{ isHour: () => true, clock: systemClock, log: silentLog },
})
uploader.start()
setInterval(() => {
  const done = deliveries.next('newest', { askedOnly: false, except: new Set() }) === null
  process.stdout.write(`${JSON.stringify({ sentBytes: uploader.counters.sentBytes, done })}\n`)
}, 20)
