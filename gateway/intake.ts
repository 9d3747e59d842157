/**
 * Recordings on their way in: in whose words they say whose they are, and the folders of docks.
 *
 *     dock folders ─▶ DockFolder ─┐
 *     tus, forms ─────────────────┴─▶ identified ─▶ registry
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import { DockFolder } from '../devices/bodycam/dock-folder.ts'
import { identified } from '../devices/bodycam/identity.ts'
import type { BodyCamRegistry } from '../devices/bodycam/registry.ts'
import type { People } from './alerts/roster.ts'
import type { Clock } from './kit/clock.ts'
import type { Closing } from './kit/closing.ts'
import type { Log } from './kit/log.ts'
import type { Details } from './kit/upload-details.ts'

export function identifier(config: () => Config, office: { readonly people: People }) {
  return (details: Details): Details => {
    const { devices, utcOffsetMinutes } = config()
    const people = office.people.all()
    return identified(details, { ...devices.identity, people, offsetMinutes: utcOffsetMinutes })
  }
}

/** One inbox a folder: what broke off in one is not another's to take up. */
export async function watchDocks(parts: {
  readonly config: Config
  readonly folder: string
  readonly registry: BodyCamRegistry
  readonly clock: Clock
  readonly log: Log
  readonly closing: Closing
}): Promise<void> {
  const { config, registry, closing } = parts
  for (const options of config.devices.dockFolders) {
    const name = createHash('sha256').update(options.folder).digest('hex').slice(0, 12)
    const dock = new DockFolder({
      ...{ ...parts, options, inbox: join(parts.folder, 'dock', name) },
      take: (upload) => registry.take(upload),
      isTaken: (uploadId) => registry.isTaken(uploadId),
    })
    await closing.own(dock).start()
  }
}
