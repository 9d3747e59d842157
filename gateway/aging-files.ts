/**
 * What ages beside the packages: recordings of body-cams, and the sounds of notices that were spoken.
 *
 *     recording, sound ─▶ the acts it belongs to ─▶ the longest class of all of them; one act that goes on keeps it
 */
import type { BodyCamRegistry } from '../devices/bodycam/registry.ts'
import type { AudioArchive } from './alerts/audio-archive.ts'
import type { PersuasionStore } from './alerts/persuasion-record.ts'
import type { AgingFile, AgingFiles } from './evidence/purge.ts'
import { classOf, type EventLife, type RetentionClass, type RetentionOptions } from './evidence/retention.ts'
import type { Outbox } from './outbox/outbox.ts'

export interface AgingParts {
  readonly registry: BodyCamRegistry
  readonly persuading: {
    readonly store: PersuasionStore
    readonly notices: { readonly archive: AudioArchive }
  }
  readonly outbox: Outbox
  readonly lifeOf: (eventId: string) => EventLife | null
  readonly options: () => RetentionOptions
}

export function agingFiles(parts: AgingParts): AgingFiles[] {
  return [bodycams(parts), sounds(parts)]
}

function bodycams(parts: AgingParts): AgingFiles {
  const { registry, outbox } = parts
  return {
    kind: 'bodycam',
    ids: () => registry.agingIds(),
    find: (id) => {
      const recording = registry.get(id)
      if (recording === null || recording.purgedAt !== undefined) return null
      const { bytes, sha256, linkedEventIds: eventIds, collectedAt, isIncident } = recording
      const own = { id, sha256, bytes, eventIds, owed: outbox.owes(id), sinceMs: Date.parse(collectedAt) }
      return aging(parts, isIncident === true ? 'incident' : 'bodycam', own)
    },
    remove: (id) => registry.purge(id),
  }
}

function sounds(parts: AgingParts): AgingFiles {
  const { outbox } = parts
  const { store } = parts.persuading
  const { archive } = parts.persuading.notices
  return {
    kind: 'audio',
    ids: () => store.sounds().filter((sha256) => archive.bytesOf(sha256) !== null),
    find: (id) => {
      const bytes = archive.bytesOf(id)
      const eventIds = store.eventsOfSound(id)
      if (bytes === null || eventIds.length === 0) return null
      const owed = eventIds.some((eventId) => outbox.owes(eventId))
      return aging(parts, 'audio', { id, sha256: id, bytes, eventIds, owed, sinceMs: 0 })
    },
    remove: (id) => archive.remove(id),
  }
}

/** As long as the longest of its own class and those of the acts it belongs to; one that goes on keeps it. */
function aging(
  { lifeOf, options }: AgingParts,
  own: RetentionClass,
  { owed, sinceMs, ...file }: Omit<AgingFile, 'class' | 'subject'> & { owed: boolean; sinceMs: number },
): AgingFile {
  const lives = file.eventIds.flatMap((eventId) => lifeOf(eventId) ?? [])
  const closed = lives.map(({ closedAtMs }) => closedAtMs)
  const days = (name: RetentionClass) => options()[name].maxDays ?? Number.POSITIVE_INFINITY
  const names = [own, ...lives.filter((life) => life.hasCase || life.incident).map(classOf)]
  return {
    ...file,
    class: names.reduce((longest, name) => (days(name) > days(longest) ? name : longest)),
    subject: {
      held: lives.some(({ held }) => held),
      clockStartMs: closed.includes(null) ? null : Math.max(sinceMs, ...closed.map((ms) => ms ?? 0)),
      caseOpen: lives.some(({ caseOpen }) => caseOpen),
      owed,
      newest: false,
    },
  }
}
